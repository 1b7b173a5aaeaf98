/** Bits that are looked up at once; longer codes are rare and read bit by bit. */
export const FAST_BITS = 10;
const CODE_BITS_MAX = 15;

/** A set of Huffman codes (RFC 1951 §3.2.2). */
export interface Codes {
  /** By the next bits: symbol * 16 + length; 0 = the code is longer, or there is none. */
  readonly fast: Uint16Array;
  /** Number of codes of each length. */
  readonly counts: Uint16Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** Null for lengths that make no code: over-subscribed, or incomplete with more than one symbol, as zlib refuses them. */
export function buildCodes(lengths: Uint8Array, isComplete: boolean): Codes | null {
  const counts = new Uint16Array(CODE_BITS_MAX + 1);
  for (const length of lengths) counts[length]! += 1;
  const used = lengths.length - counts[0]!;
  let left = 1;
  for (let bits = 1; bits <= CODE_BITS_MAX; bits++) {
    left = left * 2 - counts[bits]!;
    if (left < 0) return null;
  }
  if (left > 0 && (isComplete || used > 1)) return null;
  counts[0] = 0;
  return { counts, ...placeSymbols(lengths, counts) };
}

function placeSymbols(lengths: Uint8Array, counts: Uint16Array): Pick<Codes, 'fast' | 'symbols'> {
  const offsets = new Uint16Array(CODE_BITS_MAX + 2);
  const next = new Uint16Array(CODE_BITS_MAX + 2);
  for (let bits = 1; bits <= CODE_BITS_MAX; bits++) {
    offsets[bits + 1] = offsets[bits]! + counts[bits]!;
    next[bits + 1] = (next[bits]! + counts[bits]!) << 1;
  }
  const symbols = new Uint16Array(lengths.length);
  const fast = new Uint16Array(1 << FAST_BITS);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[offsets[length]!] = symbol;
    offsets[length]! += 1;
    const code = next[length]!;
    next[length]! += 1;
    if (length > FAST_BITS) continue;
    for (let at = reversed(code, length); at < fast.length; at += 1 << length) fast[at] = symbol * 16 + length;
  }
  return { fast, symbols };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

/** RFC 1951 §3.2.6; these two are complete, so there is no null. */
export const FIXED_LITERALS: Codes = buildCodes(FIXED_LENGTHS, true)!;
export const FIXED_DISTANCES: Codes = buildCodes(new Uint8Array(32).fill(5), true)!;
