/** CRC-32 of ISO/IEC 3309, as PNG, ZIP and gzip have it, sixteen octets a turn ("slicing"). */
const SLICES = 16;
/** For each octet: what it does to the checksum, and behind those 256 numbers what it does from one place further before, and so on. */
const TABLE = tables();

function tables(): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let octet = 0; octet < 256; octet++) {
    let value = octet;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1;
    table[octet] = value;
  }
  for (let at = 256; at < table.length; at++) {
    const value = table[at - 256] ?? 0;
    table[at] = (value >>> 8) ^ (table[value & 0xff] ?? 0);
  }
  return table;
}

/**
 * The checksum of octets that follow those of `before`.
 *
 * @example crc32(second, crc32(first)) === crc32(both)
 */
export function crc32(octets: Uint8Array, before = 0): number {
  let crc = ~before;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const whole = octets.length - (octets.length % SLICES);
  let at = 0;
  for (; at < whole; at += SLICES) {
    crc =
      sliced(crc ^ view.getInt32(at, true), 12) ^
      sliced(view.getInt32(at + 4, true), 8) ^
      sliced(view.getInt32(at + 8, true), 4) ^
      sliced(view.getInt32(at + 12, true), 0);
  }
  // The indices here and below are within the arrays, which is what the non-null marks say: all octets of every file pass here.
  for (; at < octets.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ octets[at]!) & 0xff]!;
  return ~crc >>> 0;
}

/** What four octets do that stand so many before the end of the turn. */
function sliced(four: number, before: number): number {
  return (
    TABLE[((before + 3) << 8) | (four & 0xff)]! ^
    TABLE[((before + 2) << 8) | ((four >>> 8) & 0xff)]! ^
    TABLE[((before + 1) << 8) | ((four >>> 16) & 0xff)]! ^
    TABLE[(before << 8) | (four >>> 24)]!
  );
}
