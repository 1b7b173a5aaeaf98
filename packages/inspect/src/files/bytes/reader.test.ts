import { expect, it } from 'vitest';
import type { FileBytes } from '../types.ts';
import { CHUNK_BYTES, part, Reader } from './reader.ts';
import { Work } from './work.ts';

const OCTETS = Uint8Array.from({ length: 3 * CHUNK_BYTES + 77 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);

/** Each scan has one room, which the next call overwrites. */
function spoiling(): FileBytes & { rooms: number } {
  const bytes = {
    rooms: 0,
    size: OCTETS.length,
    read: (offset: number, length: number): Uint8Array => OCTETS.slice(offset, offset + length),
    scan: (): FileBytes['read'] => {
      const room = new Uint8Array(CHUNK_BYTES);
      bytes.rooms += 1;
      return (offset, length) => {
        const octets = OCTETS.subarray(offset, offset + length);
        room.fill(0xaa).set(octets);
        return room.subarray(0, octets.length);
      };
    },
  };
  return bytes;
}

function gathered(reader: Reader, visit?: () => void): Uint8Array {
  const seen = new Uint8Array(OCTETS.length);
  reader.each(0, reader.size, (chunk, at) => {
    visit?.();
    seen.set(chunk, at);
  });
  return seen;
}

it('reads all of a file through one room, however often', () => {
  const bytes = spoiling();
  const reader = new Reader(bytes, new Work(1e9));
  expect(gathered(reader)).toEqual(OCTETS);
  expect(gathered(reader)).toEqual(OCTETS);
  expect(reader.find('\u0000\u00aa\u00bb', 0)).toBe(-1);
  expect(bytes.rooms).toBe(1);
});

it('keeps a chunk as it is while its visit looks at the file too, and what was read for longer', () => {
  const bytes = spoiling();
  const reader = new Reader(bytes, new Work(1e9));
  const kept = reader.read(CHUNK_BYTES, 100);
  const inner = part(reader, 50, OCTETS.length);
  const visit = (): void => {
    expect(reader.u8(OCTETS.length - 1)).toBe(OCTETS.at(-1));
    expect(gathered(new Reader(inner, new Work(1e9))).subarray(0, 100)).toEqual(OCTETS.subarray(50, 150));
    reader.find('none of this', 0);
  };
  expect(gathered(reader, visit)).toEqual(OCTETS);
  expect(kept).toEqual(OCTETS.subarray(CHUNK_BYTES, CHUNK_BYTES + 100));
});

it('gives chunks that overlap, so that what stands across their ends is whole in one', () => {
  const ends: (readonly [number, number])[] = [];
  new Reader(spoiling(), new Work(1e9)).eachWithOverlap(96, (chunk, at) => {
    expect(chunk).toEqual(OCTETS.subarray(at, at + chunk.length));
    ends.push([at, at + chunk.length]);
  });
  expect(ends[0]).toEqual([0, CHUNK_BYTES]);
  for (const [index, [from]] of ends.entries()) if (index > 0) expect(from).toBe((ends[index - 1]?.[1] ?? 0) - 96);
  expect(ends.at(-1)?.[1]).toBe(OCTETS.length);
});
