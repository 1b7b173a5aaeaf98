import { indexOutsideQuotes } from './outside-quotes.ts';
/** One document type declaration (XML 1.0 §2.8), read as far as its parts go. */
export interface Doctype {
  /** Offset of `<!DOCTYPE`. */
  start: number;
  /** Offset behind its `>`, or the end of the text. */
  end: number;
  keyword: 'PUBLIC' | 'SYSTEM' | '';
  publicId: string;
  systemId: string;
  /** What stands between the brackets; null when there are none. */
  subset: { start: number; end: number } | null;
}

const NAME_CHARS_MAX = 256;
const ID_CHARS_MAX = 2_048;

/**
 * Reads the declaration whose `<!DOCTYPE` stands at `start`. Lenient: what is missing is left empty, because parsers in recovery mode
 * go on as well.
 */
export function readDoctype(text: string, start: number): Doctype {
  let at = skipSpace(text, start + '<!DOCTYPE'.length);
  const nameEnd = at + NAME_CHARS_MAX;
  while (at < nameEnd && at < text.length && !isSpace(text.charCodeAt(at)) && !'[>"\''.includes(text.charAt(at))) at++;
  at = skipSpace(text, at);
  const word = text.slice(at, at + 6).toUpperCase();
  const keyword = word === 'PUBLIC' || word === 'SYSTEM' ? word : '';
  const doctype: Doctype = { start, end: text.length, keyword, publicId: '', systemId: '', subset: null };
  if (keyword !== '') {
    const first = readLiteral(text, at + 6);
    const second = keyword === 'PUBLIC' ? readLiteral(text, first.end) : first;
    doctype.publicId = keyword === 'PUBLIC' ? first.value : '';
    doctype.systemId = second.value;
    at = skipSpace(text, second.end);
  }
  if (text.charAt(at) === '[') {
    const close = subsetEnd(text, at + 1);
    doctype.subset = { start: at + 1, end: close };
    at = close;
  }
  const end = text.indexOf('>', at);
  if (end >= 0) doctype.end = end + 1;
  return doctype;
}

function readLiteral(text: string, from: number): { value: string; end: number } {
  const at = skipSpace(text, from);
  const quote = text.charAt(at);
  if (quote !== '"' && quote !== "'") return { value: '', end: at };
  const close = text.slice(at + 1, at + 1 + ID_CHARS_MAX).indexOf(quote);
  if (close < 0) return { value: text.slice(at + 1, at + 1 + ID_CHARS_MAX), end: text.length };
  return { value: text.slice(at + 1, at + 1 + close), end: at + close + 2 };
}

/** Offset of the `]` that closes a subset: brackets within literals belong to entities. */
const subsetEnd = (text: string, from: number): number => indexOutsideQuotes(text, from, 93);

/** True when nothing but white space, comments and instructions stands before an offset (XML 1.0 §2.8). */
export function isPrologue(text: string, end: number): boolean {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    at = skipSpace(text, at);
    if (at >= end) return true;
    const closing = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : undefined;
    if (closing === undefined) return false;
    const close = text.indexOf(closing, at + 2);
    if (close < 0) return false;
    at = close + closing.length;
  }
}

/** Offset of the first character that is no white space. */
function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
