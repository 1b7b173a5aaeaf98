import {
  decodeBundle,
  LedgerError,
  leafHash,
  openCheckpoint,
  parseTilePath,
  TileLog,
  tilePath,
  tileWidth,
  type Head,
  type TileWrite,
} from '@holdfast/ledger';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { LastSigned } from './last-signed.ts';
import { Cursor, type LostPlace } from '../segments/segment-cursor.ts';
import type { Segment } from '../segments/segment-files.ts';
import type { SigningKeys } from './signing-key.ts';
import { CHECKPOINT_FILE, TRUST_FILE, type TreeFiles } from './tree-files.ts';

/** One place that does not fit. `repair` puts the right bytes back, where they are known for certain. */
export interface Fault {
  readonly place: string;
  readonly index: number | null;
  readonly repair: (() => Promise<void>) | null;
}

/** A record that was read and is the one that was signed, as far as the segment can tell. */
export interface CheckedRecord {
  readonly index: number;
  readonly entry: Buffer;
  readonly hash: Buffer;
}

export interface VerifyParts {
  /** Grows at its end while it is read. */
  readonly segments: readonly Segment[];
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  readonly signed: LastSigned;
  readonly onFault: (fault: Fault) => Promise<void>;
  /** Compares what was copied elsewhere; told of at most one bundle of consecutive records at a time. */
  readonly onRecords: (records: readonly CheckedRecord[]) => Promise<void>;
  readonly repairRecords: (place: LostPlace, records: readonly CheckedRecord[]) => Promise<boolean>;
  /** Waits between bundles, so that a scrub stays in the background; false = stop. */
  readonly pace: () => Promise<boolean>;
}

/** Reads everything again: segments, entry bundles, tiles, checkpoint, trust file and the memory of what was signed. Returns the size it covers. */
export async function verifyLog(parts: VerifyParts): Promise<number> {
  const head = await readHead(parts);
  if (head === null) return 0;
  const tree = TileLog.empty();
  const expected = new Set<string>();
  const cursor = new Cursor({ segments: parts.segments }, 0);
  try {
    while (tree.size < head.size) {
      const records = await readBundle({ cursor, first: tree.size, size: head.size, parts });
      if (records === null) return head.size;
      await parts.onRecords(records);
      const { writes } = tree.append(records.map(({ entry }) => entry));
      for (const write of writes) await compareTile(write, expected, parts);
      if (!(await parts.pace())) return tree.size;
    }
  } finally {
    await cursor.close();
  }
  const grown = tree.head();
  for (const write of grown.writes) await compareTile(write, expected, parts);
  if (Buffer.compare(grown.root, head.root) !== 0) {
    await parts.onFault({ place: 'segments: the records do not add up to the signed root', index: null, repair: null });
  }
  await compareOthers(head.size, expected, parts);
  return head.size;
}

async function readHead({ files, keys, signed, onFault }: VerifyParts): Promise<Head | null> {
  const note = await files.read(CHECKPOINT_FILE);
  if ((await files.read(TRUST_FILE))?.toString() !== keys.trustText) {
    await onFault({ place: TRUST_FILE, index: null, repair: () => files.replace(TRUST_FILE, keys.trustText) });
  }
  if (!(await signed.isIntact())) await onFault({ place: 'last-signed.json', index: null, repair: null });
  const memory = signed.head;
  let head: Head | null = null;
  try {
    if (note !== null) head = openCheckpoint(note, keys.trust);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
  }
  // The next publication writes the checkpoint again; until then the memory of what was signed takes its place.
  if (head === null && memory !== null) await onFault({ place: CHECKPOINT_FILE, index: null, repair: null });
  return head ?? memory;
}

interface BundleQuestion {
  readonly cursor: Cursor;
  readonly first: number;
  readonly size: number;
  readonly parts: VerifyParts;
}

/** The next bundle's records; those that the segment lost come from the entry bundle. Null = nobody has them. */
async function readBundle({ cursor, first, size, parts }: BundleQuestion): Promise<CheckedRecord[] | null> {
  const end = Math.min(size, first + tileWidth);
  const records: CheckedRecord[] = [];
  while (first + records.length < end) {
    const step = await cursor.next(end, end - first - records.length);
    if (step.kind === 'records') {
      records.push(...step.frames);
      continue;
    }
    const found = await readFromBundles({ from: step.from, to: step.to, size }, parts);
    const repair = found === null ? null : (): Promise<void> => repairOrThrow(step.place, found, parts);
    await parts.onFault({ place: `segment ${path.basename(step.place.segment.file)}`, index: step.from, repair });
    if (found === null) return null;
    records.push(...found);
  }
  return records;
}

async function repairOrThrow(place: LostPlace, records: readonly CheckedRecord[], { repairRecords }: VerifyParts): Promise<void> {
  if (!(await repairRecords(place, records))) throw new RangeError('the damaged bytes have another length');
}

/** Only entries that hash to their leaf in the tree: two copies that agree, judged by the signed root in the end. */
async function readFromBundles(
  { from, to, size }: { from: number; to: number; size: number },
  { files }: VerifyParts,
): Promise<CheckedRecord[] | null> {
  const records: CheckedRecord[] = [];
  try {
    for (let index = from; index < to; index += 1) {
      const tile = Math.floor(index / tileWidth);
      const width = Math.min(tileWidth, size - tile * tileWidth);
      const [bundle, hashes] = await Promise.all([files.readTile('entries', tile, width), files.readTile(0, tile, width)]);
      if (bundle === null || hashes === null) return null;
      const at = index % tileWidth;
      const entry = decodeBundle(bundle, width)[at];
      const hash = Buffer.from(hashes.subarray(at * 32, at * 32 + 32));
      if (entry === undefined || hash.compare(leafHash(entry)) !== 0) return null;
      records.push({ index, entry: Buffer.from(entry), hash });
    }
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
  return records;
}

/** What the records say the file must hold, against what it holds. */
async function compareTile(write: TileWrite, expected: Set<string>, { files, onFault }: VerifyParts): Promise<void> {
  expected.add(write.path);
  const stored = await files.read(write.path);
  if (stored !== null && Buffer.compare(stored, write.bytes) === 0) return;
  const { level, index, width } = parseTilePath(write.path);
  // A partial tile may have become full, and removed, while this walk was under way.
  const full = stored === null && width < tileWidth ? await files.readTile(level, index, width) : null;
  if (full !== null && Buffer.compare(full.subarray(0, write.bytes.length), write.bytes) === 0) return;
  const entry = level === 'entries' ? index * tileWidth + firstOther(stored, write.bytes, width) : null;
  await onFault({ place: write.path, index: entry, repair: () => files.writeTiles([write]) });
}

/** Which entry of a bundle is the first that differs. */
function firstOther(stored: Uint8Array | null, wanted: Uint8Array, width: number): number {
  let at = 0;
  const view = Buffer.from(wanted.buffer, wanted.byteOffset, wanted.byteLength);
  for (let count = 0; count < width && at + 2 <= view.length; count += 1) {
    const end = at + 2 + view.readUInt16BE(at);
    if (stored === null || Buffer.compare(view.subarray(at, end), stored.subarray(at, end)) !== 0) return count;
    at = end;
  }
  return width - 1;
}

/** Files that the tree of this size does not need: partial tiles of earlier heads, which must be beginnings of later ones, and strangers. */
async function compareOthers(size: number, expected: ReadonlySet<string>, { files, onFault }: VerifyParts): Promise<void> {
  const root = path.join(files.folder, 'tile');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const name = ['tile', path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')].join('/');
    if (expected.has(name) || (await isBeginning(name, size, files))) continue;
    // It may have been removed meanwhile, because its full tile came.
    if ((await files.read(name)) !== null) await onFault({ place: name, index: null, repair: null });
  }
}

async function isBeginning(name: string, size: number, files: TreeFiles): Promise<boolean> {
  try {
    const { level, index, width } = parseTilePath(name);
    const count = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level));
    const known = Math.min(tileWidth, count - index * tileWidth);
    // Beyond the head that is verified here: the next one's business.
    if (known < width) return true;
    const [stored, wider] = await Promise.all([files.read(name), files.read(tilePath({ level, index, width: known }))]);
    if (stored === null || wider === null) return stored === null;
    const wanted = level === 'entries' ? bundleBeginning(wider, width) : wider.subarray(0, width * 32);
    return stored.length === wanted.length && Buffer.compare(stored, wanted) === 0;
  } catch (error) {
    if (error instanceof LedgerError) return false;
    throw error;
  }
}

function bundleBeginning(bundle: Buffer, width: number): Buffer {
  let at = 0;
  for (let count = 0; count < width && at + 2 <= bundle.length; count += 1) at += 2 + bundle.readUInt16BE(at);
  return bundle.subarray(0, at);
}
