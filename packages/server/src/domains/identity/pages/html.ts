/** Text that is HTML already. Only the tag below and `trusted` make it, so whatever else meets a page is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | null | false | readonly Html[];

/** Quotes too: the same rule holds in text and in quoted attributes (ASVS 5.0 1.2.1). */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function write(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(({ text }) => text).join('');
  return escapeHtml(String(piece));
}

/**
 * A template whose values are escaped unless they are `Html` themselves. Attributes must be quoted.
 *
 * @example markup`<p title="${name}">${name}</p>`
 */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(parts.reduce((text, part, place) => text + write(pieces[place - 1] ?? null) + part));
}

/** For constants of this code only: style sheets and drawings. */
export const trusted = (text: string): Html => new Html(text);
