import { createHash } from 'node:crypto';
import type { OpenTag } from './html-watch.ts';
import { HtmlWatch } from './html-watch.ts';

export type InlineKind = 'script' | 'style';

// WHATWG MIME Sniffing §4.6, "JavaScript MIME type", and the types of HTML §4.12.1 that CSP governs.
const EXECUTABLE: ReadonlySet<string> = new Set([
  '',
  'module',
  'importmap',
  'speculationrules',
  'text/javascript',
  'application/javascript',
  'application/ecmascript',
  'application/x-ecmascript',
  'application/x-javascript',
  'text/ecmascript',
  'text/javascript1.0',
  'text/javascript1.1',
  'text/javascript1.2',
  'text/javascript1.3',
  'text/javascript1.4',
  'text/javascript1.5',
  'text/jscript',
  'text/livescript',
  'text/x-ecmascript',
  'text/x-javascript',
]);

/** Script or style with its code inside the page; null for data blocks, external script and everything else. */
export function inlineKind(tag: OpenTag): InlineKind | null {
  if (tag.foreign) return null;
  if (tag.name === 'style') return 'style';
  if (tag.name !== 'script' || tag.attributes.has('src')) return null;
  return EXECUTABLE.has((tag.attributes.get('type') ?? '').trim().toLowerCase()) ? 'script' : null;
}

/**
 * The CSP hash source of an inline element, from page text in which one character is one byte. Newlines are normalised
 * first because the browser hashes what its parser read (WHATWG HTML §13.2.3.5).
 */
export function inlineHash(latin1: string): string {
  const text = latin1.includes('\r') ? latin1.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : latin1;
  return `sha256-${createHash('sha256').update(text, 'latin1').digest('base64')}`;
}

const INLINE_MAX = 4096;

/**
 * The hash sources of all inline scripts and styles of a page, for `csp.inlineHashes`.
 *
 * @example inlineHashesOf('<script>start()</script>') // ['sha256-…=']
 */
export function inlineHashesOf(html: string): string[] {
  const text = Buffer.from(html, 'utf8').toString('latin1');
  const found = new Set<string>();
  let open: OpenTag | null = null;
  const watch = new HtmlWatch({
    opened: (tag) => {
      open = inlineKind(tag) === null ? null : tag;
    },
    closed: (name, at) => {
      if (open?.name === name && found.size < INLINE_MAX) found.add(inlineHash(text.slice(open.endOffset, at)));
      open = null;
    },
    passed: () => undefined,
  });
  watch.feed(text, true);
  return [...found];
}
