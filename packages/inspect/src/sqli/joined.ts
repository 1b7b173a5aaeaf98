/** Share of percent signs from which they are padding: one before each character, which IIS and ASP drop. */
const PADDING_SHARE_MIN = 0.4;
const PADDING_CHARS_MIN = 8;

/**
 * The value as a filter that strips comments, or a reader that drops lone percent signs, would pass it on: `UN/**\/ION`, `%U%N%I%O%N`.
 * Undefined when that would change nothing.
 */
export function joinPieces(value: string): string | undefined {
  const joined = stripPadding(stripComments(value));
  return joined === value ? undefined : joined;
}

/** Removes comments that stand inside a word; between words they are white space, which the tokenizer knows. */
function stripComments(value: string): string {
  let out = '';
  let from = 0;
  for (let at = value.indexOf('/*'); at >= 0; at = value.indexOf('/*', at)) {
    const close = value.indexOf('*/', at + 2);
    if (close < 0) break;
    if (isLetter(value.charCodeAt(at - 1)) && isLetter(value.charCodeAt(close + 2))) {
      out += value.slice(from, at);
      from = close + 2;
    }
    at = close + 2;
  }
  return from === 0 ? value : out + value.slice(from);
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
