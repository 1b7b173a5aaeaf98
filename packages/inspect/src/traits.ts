/** What a value contains, found in one pass. Detectors look only at values whose traits could matter to them. */
export const TRAIT = {
  quote: 0x1,
  doubleQuote: 0x2,
  angle: 0x4,
  paren: 0x8,
  backtick: 0x10,
  dollar: 0x20,
  semicolon: 0x40,
  pipe: 0x80,
  ampersand: 0x100,
  slash: 0x200,
  backslash: 0x400,
  dotDot: 0x800,
  percent: 0x1000,
  equals: 0x2000,
  comment: 0x4000,
  lineBreak: 0x8000,
  control: 0x10000,
  plus: 0x20000,
  space: 0x40000,
  nonAscii: 0x80000,
  brace: 0x100000,
  colon: 0x200000,
  operator: 0x400000,
  letter: 0x800000,
  digit: 0x1000000,
  dot: 0x2000000,
  bracket: 0x4000000,
  /** Two underscores in a row, as in the names that languages keep for themselves. */
  dunder: 0x8000000,
  at: 0x10000000,
  comma: 0x20000000,
} as const;

const PUNCTUATION: ReadonlyMap<string, number> = new Map([
  ["'", TRAIT.quote],
  ['"', TRAIT.doubleQuote],
  ['<', TRAIT.angle | TRAIT.operator],
  ['>', TRAIT.operator],
  ['(', TRAIT.paren],
  [')', TRAIT.paren],
  ['`', TRAIT.backtick],
  ['$', TRAIT.dollar],
  [';', TRAIT.semicolon],
  ['|', TRAIT.pipe | TRAIT.operator],
  ['&', TRAIT.ampersand | TRAIT.operator],
  ['/', TRAIT.slash],
  ['\\', TRAIT.backslash],
  ['%', TRAIT.percent],
  ['=', TRAIT.equals | TRAIT.operator],
  ['#', TRAIT.comment],
  ['+', TRAIT.plus],
  ['{', TRAIT.brace],
  ['}', TRAIT.brace],
  [':', TRAIT.colon],
  ['^', TRAIT.operator],
  ['!', TRAIT.operator],
  ['~', TRAIT.operator],
  ['*', TRAIT.operator],
  ['.', TRAIT.dot],
  ['[', TRAIT.bracket],
  [']', TRAIT.bracket],
  ['@', TRAIT.at],
  [',', TRAIT.comma],
]);

function traitOf(code: number): number {
  if (code === 10 || code === 13) return TRAIT.lineBreak;
  if (code === 9 || code === 32) return TRAIT.space;
  if (code < 32 || code === 127) return TRAIT.control;
  const character = String.fromCharCode(code);
  if (/[a-z]/i.test(character)) return TRAIT.letter;
  return /\d/.test(character) ? TRAIT.digit : (PUNCTUATION.get(character) ?? 0);
}

const BY_CODE: readonly number[] = Array.from({ length: 128 }, (_, code) => traitOf(code));

/**
 * Trait mask of a value in one pass over its char codes.
 *
 * @example (scanTraits("a'b") & TRAIT.quote) !== 0 // true
 */
export function scanTraits(value: string): number {
  let mask = 0;
  let previous = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    mask |= code < 128 ? (BY_CODE[code] ?? 0) : TRAIT.nonAscii;
    // Only three pairs mean more than their characters do: `..`, `--` and `__`.
    if (code === previous) {
      if (code === 46) mask |= TRAIT.dotDot;
      else if (code === 45) mask |= TRAIT.comment;
      else if (code === 95) mask |= TRAIT.dunder;
    }
    previous = code;
  }
  return mask;
}

/** True when the mask has any of the wanted bits. */
export function hasAny(mask: number, wanted: number): boolean {
  return (mask & wanted) !== 0;
}
