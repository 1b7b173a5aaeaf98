import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle, parseTilePath, tilePath, tilesForGrowth } from './tile.ts';

describe('tilePath', () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 1234, width: 256 }, 'tile/0/x001/234'],
    [{ level: 3, index: 1234067, width: 8 }, 'tile/3/x001/x234/067.p/8'],
    [{ level: 'entries' as const, index: 999, width: 1 }, 'tile/entries/999.p/1'],
  ])('writes %j as the specification does', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it('round-trips every tile', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 6 }));
    const tiles = fc.record({ level, index: fc.integer({ min: 0, max: 2 ** 45 }), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(
      fc.property(tiles, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });

  it.each([
    'tile/0/1',
    'tile/0/x000/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/00/001',
    'tile/7/000',
    'tile/-1/000',
    'tile/0/001/',
    'tile/0/../checkpoint',
    'tile/entries/x001/x001',
    'tile/0/001\n',
    `tile/0/${'x001/'.repeat(100)}001`,
    '',
  ])('refuses %j', (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'tile-path-malformed' }));
  });
});

describe('tilesForGrowth', () => {
  it('lists the tiles the specification counts for 70,000 entries', () => {
    const hashTiles = tilesForGrowth(0, 70_000).filter((tile) => tile.level !== 'entries');
    const partial = hashTiles.filter((tile) => tile.width < 256);
    expect(hashTiles.filter((tile) => tile.level === 0 && tile.width === 256)).toHaveLength(273);
    expect(hashTiles.filter((tile) => tile.level === 1 && tile.width === 256)).toHaveLength(1);
    expect(partial.map(({ level, width }) => [level, width])).toEqual([
      [0, 112],
      [1, 17],
      [2, 1],
    ]);
  });

  it('has no empty tile at 256 entries', () => {
    expect(tilesForGrowth(0, 256).map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
  });

  it('together with the tiles of the old size covers the new size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 3000 }), (oldSize, more) => {
        const written = new Set([...tilesForGrowth(0, oldSize), ...tilesForGrowth(oldSize, oldSize + more)].map(tilePath));
        for (const tile of tilesForGrowth(0, oldSize + more)) expect(written).toContain(tilePath(tile));
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a log that shrinks', () => {
    expect(() => tilesForGrowth(5, 4)).toThrow(expect.objectContaining({ code: 'range-invalid' }));
  });
});

describe('entry bundles', () => {
  it('round-trip', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 256 }), (entries) => {
        expect(decodeBundle(encodeBundle(entries), entries.length).map((entry) => [...entry])).toEqual(
          entries.map((entry) => [...entry]),
        );
      }),
    );
  });

  it('write lengths in big-endian order', () => {
    expect([...encodeBundle([new Uint8Array(0x0102).fill(9)]).subarray(0, 3)]).toEqual([1, 2, 9]);
  });

  it('refuse an entry over 32 KiB and carry one of exactly 32 KiB', () => {
    expect(() => encodeBundle([new Uint8Array(32 * 1024 + 1)])).toThrow(expect.objectContaining({ code: 'entry-too-large' }));
    expect(decodeBundle(encodeBundle([new Uint8Array(32 * 1024)]), 1)[0]).toHaveLength(32 * 1024);
  });

  it.each([
    { name: 'half a length', bytes: [0], width: 1, index: 0 },
    { name: 'an entry cut short', bytes: [0, 1, 7, 0, 2, 7], width: 2, index: 1 },
    { name: 'a missing entry', bytes: [0, 1, 7], width: 2, index: 1 },
    { name: 'an entry over the cap', bytes: [0xff, 0xff, 1], width: 1, index: 0 },
    { name: 'more than 256 entries', bytes: Array.from({ length: 514 }, () => 0), width: 256, index: 256 },
  ])('name the first bad entry: $name', ({ bytes, width, index }) => {
    expect(() => decodeBundle(Uint8Array.from(bytes), width)).toThrow(
      expect.objectContaining({ code: 'entry-malformed', place: { index } }),
    );
  });
});
