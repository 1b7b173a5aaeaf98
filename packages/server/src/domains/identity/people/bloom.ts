import { createHash, timingSafeEqual } from 'node:crypto';

/** `HFBL`, version, hashes, two bytes of zero, bits, entries, SHA-256 of the bits; all numbers big-endian. */
const MAGIC = 'HFBL';
const VERSION = 1;
const HEADER_BYTES = 48;
const HASHES_MAX = 32;
const BITS_MAX = 2 ** 27;
/** With fewer, the two hashes meet too often for the rate. */
const BITS_MIN = 2 ** 16;

export interface Bloom {
  readonly entries: number;
  /** False is certain; true is wrong for one in 1 / rate of the texts that were never added. */
  has(text: string): boolean;
}

/** Kirsch and Mitzenmacher 2006: two hashes give as many as are needed. */
function* positions(text: string, { hashes, bits }: { readonly hashes: number; readonly bits: number }): Generator<number> {
  const digest = createHash('sha256').update(text).digest();
  const first = digest.readUInt32BE(0) * 65_536 + digest.readUInt16BE(4);
  // Odd, so that it is never zero.
  const second = digest.readUInt32BE(8) | 1;
  for (let index = 0; index < hashes; index += 1) yield (first + index * (second >>> 0)) % bits;
}

/** A Bloom filter as bytes: small, and it cannot be read back into what was put in. */
export function packBloom(
  texts: Iterable<string>,
  { entries, rate }: { readonly entries: number; readonly rate: number },
): Buffer {
  const bits = Math.max(BITS_MIN, Math.ceil((-entries * Math.log(rate)) / Math.LN2 ** 2 / 8) * 8);
  const hashes = Math.max(1, Math.round(-Math.log2(rate)));
  if (bits > BITS_MAX || hashes > HASHES_MAX) throw new Error('assertion: a filter within its bounds');
  const body = Buffer.alloc(bits / 8);
  for (const text of texts) {
    for (const at of positions(text, { hashes, bits })) body[at >>> 3] = (body[at >>> 3] ?? 0) | (1 << (at & 7));
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt8(VERSION, 4);
  header.writeUInt8(hashes, 5);
  header.writeUInt32BE(bits, 8);
  header.writeUInt32BE(entries, 12);
  createHash('sha256').update(body).digest().copy(header, 16);
  return Buffer.concat([header, body]);
}

/** Null when it is no such file, or damaged: a filter with lost bits would let through what it should know. */
export function openBloom(file: Buffer): Bloom | null {
  if (file.length < HEADER_BYTES || file.toString('latin1', 0, 4) !== MAGIC || file.readUInt8(4) !== VERSION) return null;
  const hashes = file.readUInt8(5);
  const bits = file.readUInt32BE(8);
  const body = file.subarray(HEADER_BYTES);
  if (hashes < 1 || hashes > HASHES_MAX || bits === 0 || bits > BITS_MAX || body.length * 8 !== bits) return null;
  if (!timingSafeEqual(createHash('sha256').update(body).digest(), file.subarray(16, HEADER_BYTES))) return null;
  return {
    entries: file.readUInt32BE(12),
    has(text) {
      for (const at of positions(text, { hashes, bits })) {
        if (((body[at >>> 3] ?? 0) & (1 << (at & 7))) === 0) return false;
      }
      return true;
    },
  };
}
