import * as fc from 'fast-check';
import { deflateRawSync, constants } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { Inflater } from './inflate.ts';
import { inMemory, Reader } from './reader.ts';
import { Work } from './work.ts';

function inflate(packed: Uint8Array): { octets: Buffer; isBroken: boolean; position: number } {
  const inflater = new Inflater(new Reader(inMemory(packed), new Work(1e9)), 0, packed.length);
  const chunks: Buffer[] = [];
  for (let chunk = inflater.next(); chunk !== null; chunk = inflater.next()) chunks.push(Buffer.from(chunk));
  return { octets: Buffer.concat(chunks), isBroken: inflater.isBroken, position: inflater.position };
}

const TEXT = Buffer.from(Array.from({ length: 40_000 }, (_, n) => `line ${n} of ${n * 7919} words\n`).join(''));

describe('DEFLATE', () => {
  it('unpacks what zlib packed, in every kind of block, and knows where it ended', () => {
    for (const source of [Buffer.from(''), Buffer.from('a'), TEXT, randomBytes(200_000), Buffer.alloc(500_000)])
      for (const options of [
        { level: 0 },
        { level: 1 },
        { level: 9 },
        { strategy: constants.Z_FIXED },
        { strategy: constants.Z_HUFFMAN_ONLY },
      ]) {
        const packed = deflateRawSync(source, options);
        const result = inflate(Buffer.concat([packed, Buffer.from('behind')]));
        expect(result.isBroken).toBe(false);
        expect(result.position).toBe(packed.length);
        expect(result.octets.equals(source)).toBe(true);
      }
  });

  it('goes on from where it stood', () => {
    const packed = deflateRawSync(TEXT);
    const reader = new Reader(inMemory(packed), new Work(1e9));
    const first = new Inflater(reader, 0, packed.length);
    first.next();
    const state = first.save();
    const expected = Buffer.from(first.next()!);
    const second = new Inflater(reader, 0, packed.length);
    second.restore(state);
    expect(Buffer.from(second.next()!).equals(expected)).toBe(true);
  });

  it('calls a cut or changed stream broken, or gives other octets, and always ends', () => {
    const packed = deflateRawSync(TEXT.subarray(0, 20_000));
    for (let length = 0; length < packed.length; length += 97)
      expect(inflate(packed.subarray(0, length)).isBroken, String(length)).toBe(true);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => void inflate(octets)));
  });

  it('checksums are those of zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 99 }), fc.uint8Array({ maxLength: 99 }), (a, b) => {
        expect(crc32(b, crc32(a))).toBe(zlibCrc32(Buffer.concat([a, b])));
      }),
    );
  });
});
