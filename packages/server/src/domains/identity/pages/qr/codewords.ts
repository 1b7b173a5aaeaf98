/** ISO/IEC 18004 table 9, level M: error correction bytes in each block, and blocks, for versions 1 to 20. */
const EC_BYTES = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26] as const;
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16] as const;
export const VERSION_MAX = EC_BYTES.length;

const BYTE_MODE = 4;
const PADDING = [0xec, 0x11] as const;
/** x^8 + x^4 + x^3 + x^2 + 1 */
const FIELD = 0x1_1d;

/** Alignment patterns on each axis, without version 1, which has none. */
export const alignments = (version: number): number => (version === 1 ? 0 : Math.floor(version / 7) + 2);

/** Modules that are left for data once all patterns have their place. */
function moduleCount(version: number): number {
  const along = alignments(version);
  const patterns = along === 0 ? 0 : (25 * along - 10) * along - 55;
  return (16 * version + 128) * version + 64 - patterns - (version >= 7 ? 36 : 0);
}

interface Shape {
  readonly total: number;
  readonly ecBytes: number;
  readonly blocks: number;
  readonly dataBytes: number;
}

function shapeOf(version: number): Shape {
  const total = Math.floor(moduleCount(version) / 8);
  // Versions are counted from 1 to VERSION_MAX, the length of both tables.
  const ecBytes = EC_BYTES[version - 1]!;
  const blocks = BLOCKS[version - 1]!;
  return { total, ecBytes, blocks, dataBytes: total - ecBytes * blocks };
}

const lengthBits = (version: number): number => (version < 10 ? 8 : 16);

/** The smallest version that holds the bytes; null = none does. */
export function versionFor(bytes: number): number | null {
  for (let version = 1; version <= VERSION_MAX; version += 1) {
    if (4 + lengthBits(version) + bytes * 8 <= shapeOf(version).dataBytes * 8) return version;
  }
  return null;
}

/** §7.4: mode, length, bytes, terminator, padding. */
function dataBytes(bytes: Uint8Array, version: number): Uint8Array {
  const capacity = shapeOf(version).dataBytes;
  const bits: number[] = [];
  const push = (value: number, count: number): void => {
    for (let place = count - 1; place >= 0; place -= 1) bits.push((value >>> place) & 1);
  };
  push(BYTE_MODE, 4);
  push(bytes.length, lengthBits(version));
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  const data = new Uint8Array(capacity);
  const used = bits.length / 8;
  for (const [place, bit] of bits.entries()) data[place >>> 3] = ((data[place >>> 3] ?? 0) << 1) | bit;
  for (let place = used; place < capacity; place += 1) data[place] = PADDING[(place - used) % 2]!;
  return data;
}

function multiply(left: number, right: number): number {
  let product = 0;
  for (let place = 7; place >= 0; place -= 1) {
    product = (product << 1) ^ ((product >>> 7) * FIELD);
    product ^= ((right >>> place) & 1) * left;
  }
  return product;
}

/** Product of (x - 2^i), without its leading 1. */
function divisorOf(degree: number): Uint8Array {
  const divisor = new Uint8Array(degree);
  divisor[degree - 1] = 1;
  let root = 1;
  for (let round = 0; round < degree; round += 1) {
    for (let place = 0; place < degree; place += 1) {
      divisor[place] = multiply(divisor[place] ?? 0, root) ^ (divisor[place + 1] ?? 0);
    }
    root = multiply(root, 2);
  }
  return divisor;
}

/** Reed-Solomon (§7.5.2): what is left of the data divided by the generator. */
function correction(data: Uint8Array, divisor: Uint8Array): number[] {
  const rest = Array.from(divisor, () => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (const [place, part] of divisor.entries()) rest[place] = (rest[place] ?? 0) ^ multiply(part, factor);
  }
  return rest;
}

/** §7.6: the bytes of all blocks in turn, then those of their corrections. */
export function codewords(bytes: Uint8Array, version: number): Uint8Array {
  const { total, ecBytes, blocks } = shapeOf(version);
  const data = dataBytes(bytes, version);
  const divisor = divisorOf(ecBytes);
  const shortBlocks = blocks - (total % blocks);
  const shortBytes = Math.floor(total / blocks) - ecBytes;
  const parts: { readonly data: Uint8Array; readonly ec: readonly number[] }[] = [];
  for (let block = 0, at = 0; block < blocks; block += 1) {
    const part = data.subarray(at, at + shortBytes + (block < shortBlocks ? 0 : 1));
    parts.push({ data: part, ec: correction(part, divisor) });
    at += part.length;
  }
  const out: number[] = [];
  for (let place = 0; place <= shortBytes; place += 1) {
    for (const part of parts) if (place < part.data.length) out.push(part.data[place]!);
  }
  for (let place = 0; place < ecBytes; place += 1) for (const part of parts) out.push(part.ec[place]!);
  return Uint8Array.from(out);
}
