import { isSqlWord } from './words.ts';

/** Share of percent signs from which they are padding: one before each character, which IIS and ASP drop. */
const PADDING_SHARE_MIN = 0.2;
const PADDING_CHARS_MIN = 8;
/** Longer texts are read as they are: what hides in pieces is meant to be short. */
const JOINED_CHARS_MAX = 65_536;
/** Letters of a word beside a comment that are looked at; no word of SQL is longer. */
const WORD_CHARS_MAX = 24;

/**
 * The value as a filter that strips comments, or a reader that drops lone percent signs, would pass it on: `UN/**\/ION`, `%U%N%I%O%N`.
 * Undefined when that would change nothing.
 */
export function joinPieces(value: string): string | undefined {
  if (value.length > JOINED_CHARS_MAX) return undefined;
  const joined = stripPadding(stripComments(value));
  return joined === value ? undefined : joined;
}

/** Removes comments that stand inside a word; between words they are white space, which the tokenizer knows. */
function stripComments(value: string): string {
  const pieces: string[] = [];
  let from = 0;
  /** The letters at the end of what was kept so far. */
  let left = '';
  for (let at = value.indexOf('/*'); at >= 0; at = value.indexOf('/*', at)) {
    const close = value.indexOf('*/', at + 2);
    if (close < 0) break;
    const next = close + 2;
    if (isLetter(value.charCodeAt(at - 1)) && isLetter(value.charCodeAt(next))) {
      const piece = value.slice(from, at);
      const word = lastWord(piece);
      left = word.length === piece.length ? (left + word).slice(-WORD_CHARS_MAX) : word;
      const isOne = isOneWord(left, firstWord(value, next));
      pieces.push(piece, isOne ? '' : ' ');
      if (!isOne) left = '';
      from = next;
    }
    at = next;
  }
  return from === 0 ? value : pieces.join('') + value.slice(from);
}

/** Two pieces are one word when together they are one of SQL, or when neither is one alone. */
function isOneWord(left: string, right: string): boolean {
  return isSqlWord(left + right) || (!isSqlWord(left) && !isSqlWord(right));
}

function lastWord(text: string): string {
  let start = text.length;
  while (start > 0 && text.length - start < WORD_CHARS_MAX && isLetter(text.charCodeAt(start - 1))) start--;
  return text.slice(start).toLowerCase();
}

function firstWord(text: string, start: number): string {
  let end = start;
  while (end - start < WORD_CHARS_MAX && isLetter(text.charCodeAt(end))) end++;
  return text.slice(start, end).toLowerCase();
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

function stripPadding(value: string): string {
  if (value.length < PADDING_CHARS_MIN || !value.includes('%')) return value;
  let signs = 0;
  for (let at = value.indexOf('%'); at >= 0; at = value.indexOf('%', at + 1)) signs++;
  return signs / value.length >= PADDING_SHARE_MIN ? value.replaceAll('%', '') : value;
}
