import * as fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inMemory, Reader } from './reader.ts';
import { unpack } from './unpacked.ts';
import { Work } from './work.ts';

const CONTENT = Buffer.from(Array.from({ length: 900_000 }, (_, n) => `${n * 7919 + (n % 13)};`).join(''));
const packed = deflateRawSync(CONTENT);

it('what is packed can be read anywhere, in any order', () => {
  expect(CONTENT.length).toBeGreaterThan(8_000_000);
  const result = unpack({ reader: new Reader(inMemory(packed), new Work(1e12)), from: 0, to: packed.length }, () => true);
  if (typeof result === 'string') throw new TypeError(result);
  expect(result.bytes.size).toBe(CONTENT.length);
  expect(result.end).toBe(packed.length);
  const place = fc.tuple(fc.integer({ min: 0, max: CONTENT.length }), fc.integer({ min: 0, max: 200_000 }));
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (places) => {
      for (const [offset, length] of places)
        expect(CONTENT.subarray(offset, offset + length).equals(result.bytes.read(offset, length))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('a watch ends it, and a cut stream is broken', () => {
  const stream = (to: number) => ({ reader: new Reader(inMemory(packed), new Work(1e12)), from: 0, to });
  expect(unpack(stream(packed.length), () => false)).toBe('stopped');
  expect(unpack(stream(packed.length - 20), () => true)).toBe('broken');
});
