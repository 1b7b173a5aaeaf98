import { CROCKFORD } from '@holdfast/contract';

/** Crockford's base32 in upper case; the last letter is padded with zero bits. */
export function toCrockford(bytes: Uint8Array): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + CROCKFORD.charAt((value << (5 - bits)) & 31);
}
