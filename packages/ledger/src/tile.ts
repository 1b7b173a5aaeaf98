import { entryBytesMax, hashBytes, parseDecimal } from './hash.ts';
import { LedgerError } from './errors.ts';

/** C2SP tlog-tiles: a full tile is 256 hashes wide and 8 tree levels high. */
export const tileWidth = 256;
export const tileHeight = 8;
export const tileBytesMax: number = tileWidth * hashBytes;
export const bundleBytesMax: number = tileWidth * (2 + entryBytesMax);

/** 256^7 > 2^53, so seven tile levels hold every size a JavaScript integer can count. */
const tileLevelMax = 6;

/** Hash tiles have a numeric level; entry bundles use the word `entries` in its place. */
export type TileLevel = number | 'entries';

/** A tile's coordinates; `width` is 256 for a full tile and less for a partial one. */
export interface TileCoordinates {
  readonly level: TileLevel;
  readonly index: number;
  readonly width: number;
}

/** One file a writer must store. */
export interface TileWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Fetches a tile or entry bundle, or null when it does not exist. It may return a wider (full) tile than asked: only the first
 * `width` hashes are used, as partial tiles may be deleted once the full one exists (C2SP tlog-tiles, "Partial Tiles").
 */
export type TileReader = (level: TileLevel, index: number, width: number) => Promise<Uint8Array | null>;

/**
 * The C2SP tlog-tiles path of a tile: three-digit groups, all but the last prefixed `x`; partial tiles end in `.p/<W>`.
 *
 * @example
 * tilePath({ level: 0, index: 1234067, width: 8 }); // tile/0/x001/x234/067.p/8
 */
export function tilePath(tile: TileCoordinates): string {
  const digits = String(tile.index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups: string[] = [];
  for (let at = 0; at < padded.length; at += 3) {
    const isLast = at + 3 >= padded.length;
    groups.push(`${isLast ? '' : 'x'}${padded.slice(at, at + 3)}`);
  }
  return `tile/${tile.level}/${groups.join('/')}${tile.width === tileWidth ? '' : `.p/${tile.width}`}`;
}

/**
 * Reads a tile path strictly: exactly the spelling `tilePath` writes, so one tile has one name.
 *
 * @example
 * parseTilePath('tile/entries/000.p/3'); // { level: 'entries', index: 0, width: 3 }
 */
export function parseTilePath(path: string): TileCoordinates {
  const match =
    path.length > 64 ? null : /^tile\/(entries|[0-9])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (match === null) throw malformedPath();
  // The first two groups of the pattern are not optional.
  const [, level, groups, width] = match as unknown as [string, string, string, string | undefined];
  const tile: TileCoordinates = {
    level: level === 'entries' ? 'entries' : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : (parseDecimal(width) ?? 0),
  };
  const isRange = tile.width >= 1 && tile.width <= tileWidth && (tile.level === 'entries' || tile.level <= tileLevelMax);
  if (!isRange || !Number.isSafeInteger(tile.index) || tilePath(tile) !== path) throw malformedPath();
  return tile;
}

function malformedPath(): LedgerError {
  return new LedgerError('tile-path-malformed', 'not a tlog-tiles path');
}

/**
 * The tiles and bundles to store when a log grows from one published size to a larger one: each tile that became full, and the
 * partial tiles of the new size only. With `oldSize` 0 this is the whole set a log of `newSize` needs.
 *
 * @example
 * tilesForGrowth(0, 300).map(tilePath);
 */
export function tilesForGrowth(oldSize: number, newSize: number): TileCoordinates[] {
  if (!Number.isSafeInteger(newSize) || !Number.isSafeInteger(oldSize) || oldSize < 0 || newSize < oldSize) {
    throw new LedgerError('range-invalid', 'a log only grows');
  }
  const tiles: TileCoordinates[] = [...levelGrowth('entries', oldSize, newSize)];
  let [before, after] = [oldSize, newSize];
  for (let level = 0; after > 0; level += 1) {
    tiles.push(...levelGrowth(level, before, after));
    before = Math.floor(before / tileWidth);
    after = Math.floor(after / tileWidth);
  }
  return tiles;
}

function* levelGrowth(level: TileLevel, before: number, after: number): Generator<TileCoordinates> {
  if (before === after) return;
  const fullAfter = Math.floor(after / tileWidth);
  for (let index = Math.floor(before / tileWidth); index < fullAfter; index += 1) yield { level, index, width: tileWidth };
  const rest = after % tileWidth;
  if (rest > 0) yield { level, index: fullAfter, width: rest };
}

/** How many hashes the tile has in a log of `size` entries: 256 when full, less on the right edge, 0 when it does not exist. */
export function widthAt(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / tileWidth ** level);
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
}

/** Cuts a tile into its hashes, refusing any length other than whole hashes and anything narrower than `width`. */
export function splitTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length % hashBytes !== 0 || bytes.length < width * hashBytes || bytes.length > tileBytesMax) {
    throw new LedgerError('tile-malformed', `a tile of ${bytes.length} bytes cannot hold ${width} hashes`);
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

/**
 * Joins entries as a C2SP bundle: each prefixed by its length as a big-endian uint16.
 *
 * @example
 * const bundle = encodeBundle([Buffer.from('{"v":1}')]);
 */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = Buffer.allocUnsafe(entries.reduce((total, entry) => total + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    assertEntrySize(entry);
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

/** Refuses an entry over our cap before it can become a leaf nobody can publish. */
export function assertEntrySize(entry: Uint8Array): void {
  if (entry.length > entryBytesMax) throw new LedgerError('entry-too-large', `an entry of ${entry.length} bytes`);
}

/**
 * Cuts the first `width` entries out of a bundle. Bytes after the last whole entry are refused. The error's `place.index`
 * counts from the bundle's first entry.
 *
 * @example
 * const entries = decodeBundle(bytes, 256);
 */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries = [...readEntries(bytes)];
  if (entries.length < width) throw malformedEntry(entries.length);
  return entries.slice(0, width);
}

/** Yields entry after entry, so that a verifier can compare each before a later one turns out to be cut short. */
export function* readEntries(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at < bytes.length; count += 1) {
    if (count >= tileWidth || at + 2 > bytes.length) throw malformedEntry(count);
    const end = at + 2 + view.getUint16(at);
    if (end > bytes.length || end - at - 2 > entryBytesMax) throw malformedEntry(count);
    yield bytes.subarray(at + 2, end);
    at = end;
  }
}

function malformedEntry(index: number): LedgerError {
  return new LedgerError('entry-malformed', `entry ${index} of the bundle is cut short or too long`, { index });
}
