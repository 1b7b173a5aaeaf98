import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash } from './hash.ts';
import { TreeBuilder } from './merkle.ts';
import { memoryLog, testEntry, tilesIn } from './memory-log.ts';
import { TileLog } from './tile-log.ts';
import { tilePath, tilesForGrowth } from './tile.ts';

const entriesOf = (first: number, count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => testEntry(first + i));

/** Appends and stores everything, as a server does on publishing. */
function store(log: TileLog, entries: readonly Uint8Array[], files: Map<string, Uint8Array>): void {
  for (const { path, bytes } of [...log.append(entries).writes, ...log.head().writes]) files.set(path, bytes);
}

describe('TileLog', () => {
  it('writes exactly the tiles a log of its size has, each of its right width', () => {
    for (const size of [0, 1, 255, 256, 257, 511, 512, 1000, 65_536, 65_537]) {
      const { files } = memoryLog(size);
      const tiles = [...files.keys()].filter((path) => path.startsWith('tile/')).sort();
      expect(tiles, `size ${size}`).toEqual(tilesForGrowth(0, size).map(tilePath).sort());
      for (const tile of tilesForGrowth(0, size).filter(({ level }) => level !== 'entries')) {
        expect(files.get(tilePath(tile)), tilePath(tile)).toHaveLength(tile.width * 32);
      }
    }
  });

  it('has the root of a plain tree', () => {
    const tree = new TreeBuilder();
    for (let i = 0; i < 700; i += 1) tree.append(leafHash(testEntry(i)));
    expect(Buffer.compare(memoryLog(700).checkpoint.root, tree.root())).toBe(0);
  });

  it('resumes from stored tiles at any size and goes on as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 0, max: 600 }), async (size, more) => {
        const files = new Map<string, Uint8Array>();
        store(TileLog.empty(), entriesOf(0, size), files);
        const resumed = await TileLog.resume(size, tilesIn(files));
        store(resumed, entriesOf(size, more), files);
        const straight = memoryLog(size + more);
        expect(Buffer.compare(resumed.head().root, straight.checkpoint.root)).toBe(0);
        for (const tile of tilesForGrowth(0, size + more).map(tilePath)) {
          expect(Buffer.compare(files.get(tile) ?? Buffer.alloc(0), straight.files.get(tile) ?? Buffer.alloc(1)), tile).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('resumes across three tile levels', async () => {
    const { readTile, checkpoint } = memoryLog(65_536 + 256 + 3);
    const resumed = await TileLog.resume(checkpoint.size, readTile);
    expect(Buffer.compare(resumed.head().root, checkpoint.root)).toBe(0);
  });

  it('resumes at an older size when only the full tile is left', async () => {
    const { files } = memoryLog(512);
    const old = memoryLog(300).checkpoint;
    const resumed = await TileLog.resume(300, async (level, index, width) => {
      if (level === 1) return memoryLog(300).files.get(tilePath({ level, index, width })) ?? null;
      return tilesIn(files)(level, index, width);
    });
    expect(Buffer.compare(resumed.head().root, old.root)).toBe(0);
  });

  it('refuses to resume on a missing tile or a changed entry, naming it', async () => {
    const log = memoryLog(300);
    log.files.delete('tile/0/001.p/44');
    await expect(TileLog.resume(300, log.readTile)).rejects.toMatchObject({
      code: 'tile-missing',
      place: { path: 'tile/0/001.p/44' },
    });
    const changed = memoryLog(300);
    changed.files.get('tile/entries/001.p/44')![5]! ^= 1; // both exist in a log of 300
    await expect(TileLog.resume(300, changed.readTile)).rejects.toMatchObject({ code: 'entry-mismatch', place: { index: 256 } });
  });

  it('leaves the log unchanged when one entry of a batch is refused', () => {
    const log = TileLog.empty();
    log.append(entriesOf(0, 3));
    const before = log.head().root;
    expect(() => log.append([testEntry(3), new Uint8Array(40_000)])).toThrow(
      expect.objectContaining({ code: 'entry-too-large' }),
    );
    expect(log.size).toBe(3);
    expect(Buffer.compare(log.head().root, before)).toBe(0);
  });

  it('tells the index of the first entry of a batch and one leaf hash per entry', () => {
    const log = TileLog.empty();
    log.append(entriesOf(0, 10));
    const { firstIndex, leafHashes } = log.append(entriesOf(10, 5));
    expect(firstIndex).toBe(10);
    expect(leafHashes.map((leaf) => Buffer.from(leaf).toString('hex'))).toEqual(
      entriesOf(10, 5).map((e) => Buffer.from(leafHash(e)).toString('hex')),
    );
  });
});
