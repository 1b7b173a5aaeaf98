import { nodeHash } from './hash.ts';
import { LedgerError } from './errors.ts';
import { foldPerfect } from './merkle.ts';
import { splitTile, tileHeight, tilePath, tileWidth, widthAt } from './tile.ts';
import type { TileReader } from './tile.ts';

/** Leaves `[from, to)` of the tree. */
type Range = readonly [from: number, to: number];

/** Which leaf, in which tree, from which tiles. */
export interface InclusionQuestion {
  readonly index: number;
  readonly size: number;
  readonly readTile: TileReader;
}

/** Which two sizes of one log, from which tiles (of the larger size). */
export interface ConsistencyQuestion {
  readonly from: number;
  readonly to: number;
  readonly readTile: TileReader;
}

/**
 * Inclusion proof (RFC 6962 §2.1.1) for one leaf, from the leaf's sibling up to the root's child.
 *
 * @example
 * const proof = await proveInclusion({ index: 7, size: 1000, readTile });
 */
export async function proveInclusion(question: InclusionQuestion): Promise<Uint8Array[]> {
  const { index, size, readTile } = question;
  if (!isCount(index) || !isCount(size) || index >= size) throw new LedgerError('range-invalid', 'the log has no such entry');
  return hashRanges(inclusionRanges(index, size), size, readTile);
}

/**
 * Consistency proof (RFC 6962 §2.1.2) that the log of size `to` begins with the log of size `from`. A log is trivially
 * consistent with the empty log and with itself: the proof is empty.
 *
 * @example
 * const proof = await proveConsistency({ from: 12_345, to: 70_000, readTile });
 */
export async function proveConsistency(question: ConsistencyQuestion): Promise<Uint8Array[]> {
  const { from, to, readTile } = question;
  if (!isCount(from) || !isCount(to) || from > to) throw new LedgerError('range-invalid', 'a log only grows');
  return from === 0 || from === to ? [] : hashRanges(consistencyRanges(from, to), to, readTile);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + largestPowerBelow(high - low);
    if (index < middle) {
      ranges.push([middle, high]);
      high = middle;
    } else {
      ranges.push([low, middle]);
      low = middle;
    }
  }
  return ranges.toReversed();
}

function consistencyRanges(from: number, to: number): Range[] {
  const ranges: Range[] = [];
  let [low, high] = [0, to];
  while (from < high) {
    const middle = low + largestPowerBelow(high - low);
    if (from <= middle) {
      ranges.push([middle, high]);
      high = middle;
    } else {
      ranges.push([low, middle]);
      low = middle;
    }
  }
  // When the old tree is itself a perfect left subtree the verifier already has its hash, so it is left out.
  if (low !== 0) ranges.push([low, high]);
  return ranges.toReversed();
}

/** RFC 6962 §2.1: the left subtree holds the largest power of two of leaves smaller than n. At most 53 steps. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

async function hashRanges(ranges: readonly Range[], size: number, readTile: TileReader): Promise<Uint8Array[]> {
  const tiles = cacheTiles(size, readTile);
  const hashes: Uint8Array[] = [];
  for (const range of ranges) hashes.push(await rangeHash(range, tiles));
  return hashes;
}

type TileCache = (level: number, index: number) => Promise<Uint8Array[]>;

/** One proof asks for few tiles, several times each; the cache lives only as long as the proof. */
function cacheTiles(size: number, readTile: TileReader): TileCache {
  const known = new Map<string, Uint8Array[]>();
  return async (level, index) => {
    const width = widthAt(level, index, size);
    const path = tilePath({ level, index, width });
    const cached = known.get(path);
    if (cached !== undefined) return cached;
    const bytes = await readTile(level, index, width);
    if (bytes === null) throw new LedgerError('tile-missing', `missing ${path}`, { path });
    const hashes = splitTile(bytes, width);
    known.set(path, hashes);
    return hashes;
  };
}

/** A range on the right edge is a row of perfect subtrees, largest first; they fold from the right. */
async function rangeHash([from, to]: Range, tiles: TileCache): Promise<Uint8Array> {
  const subtrees: Uint8Array[] = [];
  let low = from;
  while (low < to) {
    let height = 0;
    while (2 ** (height + 1) <= to - low) height += 1;
    subtrees.push(await subtreeHash(height, low, tiles));
    low += 2 ** height;
  }
  return subtrees.reduceRight((right, left) => nodeHash(left, right));
}

async function subtreeHash(height: number, firstLeaf: number, tiles: TileCache): Promise<Uint8Array> {
  const level = Math.floor(height / tileHeight);
  const first = firstLeaf / tileWidth ** level;
  const hashes = await tiles(level, Math.floor(first / tileWidth));
  const offset = first % tileWidth;
  return foldPerfect(hashes.slice(offset, offset + 2 ** (height % tileHeight)));
}
