/** Shorter runs are words and prices; a longer one is a number of somebody or something. */
const DIGITS_MIN = 5;
/** A run of letters and digits of this length is a key, a token or an id rather than a word. */
const TOKEN_MIN = 20;

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;
const isWordLike = (char: string): boolean => LETTER.test(char) || DIGIT.test(char);
const isAddressLike = (char: string): boolean => isWordLike(char) || '._%+-'.includes(char);
const mask = (char: string): string => (DIGIT.test(char) ? '9' : LETTER.test(char) ? 'x' : char);

function maskRun(chars: string[], start: number, end: number): void {
  for (let at = start; at < end; at += 1) chars[at] = mask(chars[at] ?? '');
}

/** Masks each maximal run of characters that `belongs` accepts and `isTelling` finds worth it. */
function maskRuns(chars: string[], belongs: (char: string) => boolean, isTelling: (run: readonly string[]) => boolean): void {
  let start = 0;
  for (let at = 0; at <= chars.length; at += 1) {
    if (at < chars.length && belongs(chars[at] ?? '')) continue;
    if (at > start && isTelling(chars.slice(start, at))) maskRun(chars, start, at);
    start = at + 1;
  }
}

/** `ann@example.org` on both sides of each at sign (RFC 5321 §4.1.2 mailboxes in their usual form). */
function maskMailboxes(chars: string[]): void {
  for (let at = chars.indexOf('@'); at !== -1; at = chars.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && isAddressLike(chars[start - 1] ?? '')) start -= 1;
    let end = at + 1;
    while (end < chars.length && isAddressLike(chars[end] ?? '')) end += 1;
    if (start < at && end > at + 1) maskRun(chars, start, end);
  }
}

/**
 * A sample that still shows the shape of what was found, and nothing of a person or a secret: mailboxes, long numbers
 * (also grouped by blanks or hyphens, as on cards) and tokens keep their length and lose their content.
 *
 * @example redactSample("ann@example.org' OR 1=1") // "xxx@xxxxxxx.xxx' OR 1=1"
 */
export function redactSample(sample: string): string {
  const chars = Array.from(sample);
  maskMailboxes(chars);
  const digitsIn = (run: readonly string[]): number => run.filter((char) => DIGIT.test(char)).length;
  maskRuns(
    chars,
    (char) => DIGIT.test(char) || char === ' ' || char === '-',
    (run) => digitsIn(run) >= DIGITS_MIN,
  );
  maskRuns(
    chars,
    (char) => isWordLike(char) || char === '_' || char === '-',
    (run) => run.length >= TOKEN_MIN && digitsIn(run) > 0,
  );
  return chars.join('');
}
