/** CRC-32 of ISO/IEC 3309, as PNG, ZIP and gzip have it, four octets a turn. */
const BY_ONE = table((n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1;
  return value;
});
const BY_TWO = following(BY_ONE);
const BY_THREE = following(BY_TWO);
const BY_FOUR = following(BY_THREE);

function table(value: (n: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, n) => value(n));
}

function following(before: Int32Array): Int32Array {
  return table((n) => {
    const value = before[n] ?? 0;
    return (value >>> 8) ^ (BY_ONE[value & 0xff] ?? 0);
  });
}

/**
 * The checksum of octets that follow those of `before`.
 *
 * @example crc32(second, crc32(first)) === crc32(both)
 */
export function crc32(octets: Uint8Array, before = 0): number {
  let crc = ~before;
  const whole = octets.length - (octets.length % 4);
  let at = 0;
  // The indices below are within the arrays, which is what the non-null marks say: this loop sees every octet of every file.
  for (; at < whole; at += 4) {
    crc ^= octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
    crc = BY_FOUR[crc & 0xff]! ^ BY_THREE[(crc >>> 8) & 0xff]! ^ BY_TWO[(crc >>> 16) & 0xff]! ^ BY_ONE[crc >>> 24]!;
  }
  for (; at < octets.length; at++) crc = (crc >>> 8) ^ BY_ONE[(crc ^ octets[at]!) & 0xff]!;
  return ~crc >>> 0;
}
