/** A word may be this long; where one is longer, its rarest part is as good. */
export const WORD_BYTES_MAX = 64;
/** A fingerprint is three octets. */
export const WORD_BYTES_MIN = 3;
export const WORDS_MAX = 64;

export const FINGERPRINT_BYTES = 3;
export const BUCKETS = 8;
/** Octets of a vector. */
export const LANES = 16;
/** Vectors that one round of the loop looks at: as many as one i32 has bits for their lanes. */
export const UNROLLED = 2;
export const ROUND_BYTES: number = UNROLLED * LANES;

/** New octets that are looked at in one call: with all tables they stay in the first-level cache of a processor. */
export const WINDOW_BYTES = 16_384;

/** A word: how far before the last octet of its fingerprint it begins, its length, then pairs of vectors: its octets, what to set in the text. */
export const RECORD = { back: 0, length: 4, vectors: 16, pairBytes: 32, bytes: 144 } as const;
/** A bucket: where its records begin and end. */
export const BUCKET = { from: 0, to: 4, bytes: 8 } as const;

/** Addresses in the memory of the module. The records of the words are in the order of their buckets. */
export const PLACE = {
  /** For each octet of the fingerprint: buckets by low nibble, then by high nibble. */
  nibbles: 64,
  buckets: 256,
  candidates: 384,
  words: 512,
  /** What is kept of the text before ends where the new text begins; a little is free behind the words for loads that begin earlier. */
  fresh: 10_240,
} as const;

/** A page has 64 KiB (WebAssembly core specification §4.2.8); loads may reach one round behind the text. */
export const PAGES = 1;
