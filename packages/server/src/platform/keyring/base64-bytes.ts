/** RFC 4648 §4, from bytes to bytes: what was once a string cannot be wiped from memory. */
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const PAD = 0x3d;
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

export function encodeBase64(bytes: Uint8Array): Buffer {
  const text = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, PAD);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const group = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    const letters = Math.min(bytes.length - from, 3) + 1;
    for (let at = 0; at < letters; at += 1) text[to + at] = ALPHABET[(group >> (18 - 6 * at)) & 63] ?? PAD;
  }
  return text;
}

/** Null when it holds anything else than base64 with its padding, or is not as long as that should be. */
export function decodeBase64(text: Uint8Array): Buffer | null {
  let length = text.length;
  while (length > 0 && text[length - 1] === PAD && text.length - length < 2) length -= 1;
  if (text.length % 4 !== 0 || length % 4 === 1) return null;
  const bytes = Buffer.alloc((length * 3) >> 2);
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const letter of text.subarray(0, length)) {
    const found = VALUES.get(letter);
    if (found === undefined) return null;
    value = ((value << 6) | found) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (value >> bits) & 0xff;
    at += 1;
  }
  return bytes;
}
