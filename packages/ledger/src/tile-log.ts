import { equalBytes, hashBytes, leafHash } from './hash.ts';
import { LedgerError } from './errors.ts';
import { foldPerfect, TreeBuilder } from './merkle.ts';
import { assertEntrySize, decodeBundle, encodeBundle, splitTile, tileHeight, tilePath, tileWidth } from './tile.ts';
import type { TileLevel, TileReader, TileWrite } from './tile.ts';

/** What one append produced. `writes` holds only tiles and bundles that became full: they never change again. */
export interface Appended {
  readonly firstIndex: number;
  readonly leafHashes: Uint8Array[];
  readonly writes: TileWrite[];
}

/** What must be stored and signed to publish the current size. `writes` holds the partial tiles of exactly this size. */
export interface LogHead {
  readonly size: number;
  readonly root: Uint8Array;
  readonly writes: TileWrite[];
}

/**
 * A whole log in memory, reduced to its right edge: the tree frontier, the unfinished tile of each level and the unfinished
 * entry bundle. Feed it entries, store the writes it returns, then sign `head()`. It does no I/O itself.
 *
 * @example
 * const log = await TileLog.resume(checkpoint.size, readTile);
 * const { writes } = log.append(entries);
 * const { size, root, writes: partials } = log.head();
 */
export class TileLog {
  readonly #tree: TreeBuilder;
  /** Hashes of the unfinished tile per level; always shorter than a full tile. */
  readonly #edges: Uint8Array[][];
  #bundle: Uint8Array[];

  private constructor(tree: TreeBuilder, edges: Uint8Array[][], bundle: Uint8Array[]) {
    this.#tree = tree;
    this.#edges = edges;
    this.#bundle = bundle;
  }

  /** A log without entries. */
  static empty(): TileLog {
    return new TileLog(new TreeBuilder(), [], []);
  }

  /**
   * Rebuilds the right edge of a log of `size` entries from its stored tiles: one tile per level and one bundle, whatever the
   * size. The caller must compare `head().root` with the last signed root before signing anything.
   */
  static async resume(size: number, readTile: TileReader): Promise<TileLog> {
    if (!Number.isSafeInteger(size) || size < 0) throw new LedgerError('range-invalid', 'not a log size');
    const edges: Uint8Array[][] = [];
    const frontier: (Uint8Array | undefined)[] = [];
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / tileWidth)) {
      const edge = await readEdge({ level, count, readTile });
      edges.push(edge);
      placeSubtrees(edge, level, frontier);
    }
    const bundle = await readBundleEdge(size, readTile, edges[0] ?? []);
    return new TileLog(new TreeBuilder(size, frontier), edges, bundle);
  }

  get size(): number {
    return this.#tree.size;
  }

  /** All entries are checked before the first is added, so a refused batch leaves the log as it was. */
  append(entries: readonly Uint8Array[]): Appended {
    for (const entry of entries) assertEntrySize(entry);
    const firstIndex = this.#tree.size;
    const leafHashes: Uint8Array[] = [];
    const writes: TileWrite[] = [];
    const onNode = (height: number, hash: Uint8Array): void => {
      if (height % tileHeight === 0) this.#addToTile(height / tileHeight, hash, writes);
    };
    for (const entry of entries) {
      const leaf = leafHash(entry);
      leafHashes.push(leaf);
      this.#bundle.push(entry);
      this.#tree.append(leaf, onNode);
      if (this.#bundle.length === tileWidth) {
        writes.push(write('entries', this.#tree.size / tileWidth - 1, encodeBundle(this.#bundle), tileWidth));
        this.#bundle = [];
      }
    }
    return { firstIndex, leafHashes, writes };
  }

  head(): LogHead {
    const size = this.#tree.size;
    const writes: TileWrite[] = [];
    if (this.#bundle.length > 0) {
      writes.push(write('entries', Math.floor(size / tileWidth), encodeBundle(this.#bundle), this.#bundle.length));
    }
    this.#edges.forEach((edge, level) => {
      // Empty tiles must not be served (C2SP tlog-tiles).
      if (edge.length === 0) return;
      writes.push(write(level, Math.floor(size / tileWidth ** (level + 1)), Buffer.concat(edge), edge.length));
    });
    return { size, root: this.#tree.root(), writes };
  }

  #addToTile(level: number, hash: Uint8Array, writes: TileWrite[]): void {
    const edge = (this.#edges[level] ??= []);
    edge.push(hash);
    if (edge.length < tileWidth) return;
    // The listener runs before the tree counts the current leaf, hence the + 1.
    const index = Math.floor((this.#tree.size + 1) / tileWidth ** (level + 1)) - 1;
    writes.push(write(level, index, Buffer.concat(edge, tileWidth * hashBytes), tileWidth));
    this.#edges[level] = [];
  }
}

// oxlint-disable-next-line max-params -- a tile is its level, index, bytes and width; naming them in an object says nothing more
function write(level: TileLevel, index: number, bytes: Uint8Array, width: number): TileWrite {
  return { path: tilePath({ level, index, width }), bytes };
}

async function readEdge(edge: { level: number; count: number; readTile: TileReader }): Promise<Uint8Array[]> {
  const width = edge.count % tileWidth;
  if (width === 0) return [];
  const index = Math.floor(edge.count / tileWidth);
  const bytes = await edge.readTile(edge.level, index, width);
  const path = tilePath({ level: edge.level, index, width });
  if (bytes === null) throw new LedgerError('tile-missing', `missing ${path}`, { path });
  return splitTile(bytes, width);
}

/** The edge's hashes are perfect subtrees side by side: the binary digits of its width, largest first. */
function placeSubtrees(edge: readonly Uint8Array[], level: number, frontier: (Uint8Array | undefined)[]): void {
  let at = 0;
  for (let bit = tileHeight - 1; bit >= 0; bit -= 1) {
    const count = 2 ** bit;
    if (Math.floor(edge.length / count) % 2 === 0) continue;
    frontier[level * tileHeight + bit] = foldPerfect(edge.slice(at, at + count));
    at += count;
  }
}

async function readBundleEdge(size: number, readTile: TileReader, leaves: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const width = size % tileWidth;
  if (width === 0) return [];
  const index = Math.floor(size / tileWidth);
  const path = tilePath({ level: 'entries', index, width });
  const bytes = await readTile('entries', index, width);
  if (bytes === null) throw new LedgerError('tile-missing', `missing ${path}`, { path });
  const entries = decodeBundle(bytes, width);
  const bad = entries.findIndex((entry, i) => !equalBytes(leafHash(entry), leaves[i] ?? new Uint8Array(0)));
  if (bad >= 0) {
    const at = index * tileWidth + bad;
    throw new LedgerError('entry-mismatch', `entry ${at} does not hash to its leaf`, { path, index: at });
  }
  return entries;
}
