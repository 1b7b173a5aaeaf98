import { part, Reader } from '../bytes/reader.ts';
import { note, type FileCase } from '../case.ts';
import { judgeDeclaration, readsPlainly } from './doctype.ts';
import type { TextEncoding } from './encoding.ts';
import { judgeHtml } from './html.ts';
import { readMarkup } from './markup.ts';

/** Vocabularies whose scripts a browser runs in any XML. */
const ROOT_BYTES_MAX = 262_144;
const PAGES: ReadonlySet<string> = new Set(['http://www.w3.org/1999/xhtml', 'http://www.w3.org/2000/svg']);

/** Local name of the first element; null = there is none, which is no XML. */
export function rootOf({ reader }: FileCase, encoding: TextEncoding): string | null {
  let root: string | null = null;
  readMarkup(
    new Reader(part(reader, 0, ROOT_BYTES_MAX), reader.work),
    { isXml: true, encoding },
    { tag: ({ name, kind }) => (root ??= kind === 'close' ? null : name) },
  );
  return root;
}

/** XML of any vocabulary: entities, style sheets that run, and pages inside it that a browser shows. */
export function judgeXml(file: FileCase, encoding: TextEncoding): void {
  let isPage = false;
  let depth = 0;
  if (!readsPlainly(file.reader, encoding)) note(file, 'active-html', 'it is written in an encoding that hides what it says');
  readMarkup(
    file.reader,
    { isXml: true, encoding },
    {
      tag: ({ attributes, kind }) => {
        depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
        isPage ||= attributes.some(([name, value]) => (name === 'xmlns' || name.startsWith('xmlns:')) && PAGES.has(value.trim()));
      },
      declaration: (text) => {
        const fault = judgeDeclaration(text);
        if (fault?.kind === 'outside') note(file, 'external-reference', fault.detail);
        else if (fault?.kind === 'multiplies') note(file, 'archive-bomb', fault.detail);
        else if (fault !== null) note(file, 'active-html', fault.detail);
      },
    },
  );
  if (depth !== 0) note(file, 'structure-broken', 'elements are not closed');
  if (isPage && file.container === null) judgeHtml(file, encoding);
}
