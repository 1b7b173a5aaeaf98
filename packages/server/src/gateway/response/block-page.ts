import { PROBLEMS } from '@holdfast/contract';
import type { ProblemCode } from '@holdfast/contract';
import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:34rem;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
dl{margin:1.5rem 0 0;padding:1rem 0 0;border-top:1px solid GrayText;display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}
dd{margin:0}
code{font:600 1.05rem ui-monospace,monospace;letter-spacing:.05em;user-select:all}`;

const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

export interface BlockPage {
  readonly html: string;
  /** CSP source of its only style element. */
  readonly styleHash: string;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What to do next, in words for a visitor; nothing here tells an attacker which check it was. */
function advice(status: number): string {
  if (status === 429) return 'Wait a moment, then try again.';
  if (status >= 500)
    return 'Try again in a little while. If it keeps happening, give the number below to the people who run this site.';
  return 'If you did nothing unusual, give the number below to the people who run this site: with it they can see what happened.';
}

/** A page that reads well without style, script or colour, and at 320 pixels. `user-select: all` makes the id one click to copy. */
export function blockPage(
  code: ProblemCode,
  status: number,
  at: { readonly id: string; readonly timeMs: number; readonly contact: string | null },
): BlockPage {
  const { title, detail } = PROBLEMS[code];
  const time = new Date(at.timeMs).toISOString();
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(detail)}</p>
<p>${escapeHtml(advice(status))}</p>
<dl>
<dt>Request number</dt><dd><code>${escapeHtml(at.id)}</code></dd>
<dt>Time</dt><dd><time datetime="${time}">${time.slice(0, 19).replace('T', ' ')} UTC</time></dd>${at.contact === null ? '' : `\n<dt>Contact</dt><dd>${escapeHtml(at.contact)}</dd>`}
</dl>
</main>
</body>
</html>
`;
  return { html, styleHash: STYLE_HASH };
}
