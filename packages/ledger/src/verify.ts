import type { Checkpoint } from './checkpoint.ts';
import { atPath, LedgerError } from './errors.ts';
import type { LedgerErrorCode } from './errors.ts';
import { describeFile, exportFiles, exportPaths, manifestBytesMax, openManifest } from './export.ts';
import type { Manifest, ManifestFile } from './export.ts';
import { equalBytes, hashBytes, leafHash, toBase64 } from './hash.ts';
import { noteBytesMax } from './note.ts';
import { bundleBytesMax, readEntries, parseTilePath, splitTile, tileBytesMax, tilePath, tileWidth } from './tile.ts';
import type { TileWrite } from './tile.ts';
import { TileLog } from './tile-log.ts';
import { openCheckpoint } from './trust.ts';
import type { Trust } from './trust.ts';

/** Reads one file of an export by its path, or null when it does not exist. */
export interface ExportReader {
  read(path: string): Promise<Uint8Array | null>;
}

/** Outcome of a whole verification. `path` or `index` names the first bad file or entry. */
export type ExportVerdict =
  | { readonly kind: 'verified'; readonly origin: string; readonly size: number; readonly root: Uint8Array }
  | {
      readonly kind: 'failed';
      readonly code: LedgerErrorCode;
      readonly path?: string;
      readonly index?: number;
      readonly detail: string;
    };

/**
 * Verifies an export offline: the manifest's and the checkpoint's signatures against keys the caller already trusts (never
 * against the export's own copy), every file's digest, every leaf from the entries, every tile, and the root.
 *
 * @example
 * const verdict = await verifyExport({ read: (path) => readFileOrNull(join(folder, path)) }, parseTrust(text));
 */
export async function verifyExport(reader: ExportReader, trust: Trust): Promise<ExportVerdict> {
  try {
    const manifest = openManifest(
      {
        manifest: await load(reader, exportFiles.manifest, manifestBytesMax),
        signature: await load(reader, exportFiles.manifestSignature, noteBytesMax),
      },
      trust,
    );
    const files = indexFiles(manifest);
    const checkpoint = await verifyHead({ reader, files, trust, manifest });
    await verifyTree({ reader, files, checkpoint });
    return { kind: 'verified', ...checkpoint };
  } catch (error) {
    if (error instanceof LedgerError) return { kind: 'failed', code: error.code, ...error.place, detail: error.message };
    throw error;
  }
}

type Files = ReadonlyMap<string, ManifestFile>;

interface HeadParts {
  readonly reader: ExportReader;
  readonly files: Files;
  readonly trust: Trust;
  readonly manifest: Manifest;
}

interface TreeParts {
  readonly reader: ExportReader;
  readonly files: Files;
  readonly checkpoint: Checkpoint;
}

/** The list must be exactly what a log of this size has: a missing line would leave its file unchecked. */
function indexFiles(manifest: Manifest): Files {
  const expected = exportPaths(manifest.size);
  const bad = manifest.files.findIndex((file, i) => file.path !== expected[i]);
  if (bad >= 0 || manifest.files.length !== expected.length) {
    throw new LedgerError('manifest-mismatch', 'the manifest does not list the files of its size', {
      path: exportFiles.manifest,
    });
  }
  return new Map(manifest.files.map((file) => [file.path, file]));
}

async function verifyHead({ reader, files, trust, manifest }: HeadParts): Promise<Checkpoint> {
  const note = await load(reader, exportFiles.checkpoint, noteBytesMax);
  const checkpoint = atPath(exportFiles.checkpoint, () => openCheckpoint(note, trust));
  // Witness signatures on the note are ignored above when unknown, so the digest is what finds a change in them.
  assertDigest(files, exportFiles.checkpoint, note);
  assertDigest(files, exportFiles.trust, await load(reader, exportFiles.trust, noteBytesMax));
  const { origin, size, root } = checkpoint;
  if (manifest.origin !== origin || manifest.size !== size || manifest.root !== toBase64(root)) {
    throw new LedgerError('manifest-mismatch', 'manifest and checkpoint differ', { path: exportFiles.manifest });
  }
  return checkpoint;
}

/** Grows the log again from its entries, one bundle at a time, so memory does not depend on the log's size. */
async function verifyTree(parts: TreeParts): Promise<void> {
  const { checkpoint } = parts;
  const log = TileLog.empty();
  for (let first = 0; first < checkpoint.size; first += tileWidth) {
    const { writes } = log.append(await verifyBundle(first, parts));
    for (const write of writes) await verifyTile(write, parts);
  }
  const head = log.head();
  for (const write of head.writes) await verifyTile(write, parts);
  if (!equalBytes(head.root, checkpoint.root)) {
    throw new LedgerError('root-mismatch', 'the entries do not add up to the signed root', { path: exportFiles.checkpoint });
  }
}

/** Compares entries with the stored leaf hashes one by one: a digest alone could name the bundle but not the entry. */
async function verifyBundle(first: number, { reader, files, checkpoint }: TreeParts): Promise<Uint8Array[]> {
  const index = first / tileWidth;
  const width = Math.min(tileWidth, checkpoint.size - first);
  const tile = tilePath({ level: 0, index, width });
  const hashes = await load(reader, tile, tileBytesMax);
  assertDigest(files, tile, hashes);
  if (hashes.length !== width * hashBytes) throw new LedgerError('tile-malformed', `${tile} has another width`, { path: tile });
  const path = tilePath({ level: 'entries', index, width });
  const bytes = await load(reader, path, bundleBytesMax);
  const entries = compareEntries({ bytes, leaves: splitTile(hashes, width), path, first });
  assertDigest(files, path, bytes);
  return entries;
}

interface BundleParts {
  readonly bytes: Uint8Array;
  readonly leaves: readonly Uint8Array[];
  readonly path: string;
  readonly first: number;
}

/** A changed length shifts everything after it, so the first entry that is wrong in any way is the one to name. */
function compareEntries({ bytes, leaves, path, first }: BundleParts): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const refuse = (code: 'entry-mismatch' | 'entry-malformed', detail: string): LedgerError => {
    const index = first + entries.length;
    return new LedgerError(code, `entry ${index} ${detail}`, { path, index });
  };
  try {
    for (const entry of readEntries(bytes)) {
      const leaf = leaves[entries.length];
      if (leaf === undefined || !equalBytes(leafHash(entry), leaf)) throw refuse('entry-mismatch', 'is not the logged one');
      entries.push(entry);
    }
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'entry-malformed')
      throw refuse('entry-malformed', 'is cut short or too long');
    throw error;
  }
  if (entries.length < leaves.length) throw refuse('entry-malformed', 'is missing');
  return entries;
}

/** Bundles and leaf tiles were compared while they were read; the levels above follow from them. */
async function verifyTile(write: TileWrite, { reader, files }: TreeParts): Promise<void> {
  const { level } = parseTilePath(write.path);
  if (level === 'entries' || level === 0) return;
  const stored = await load(reader, write.path, tileBytesMax);
  assertDigest(files, write.path, stored);
  if (!equalBytes(stored, write.bytes)) {
    throw new LedgerError('tile-mismatch', `${write.path} does not follow from the entries`, { path: write.path });
  }
}

async function load(reader: ExportReader, path: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await reader.read(path);
  if (bytes === null) throw new LedgerError('file-missing', `missing ${path}`, { path });
  if (bytes.length > bytesMax) throw new LedgerError('file-changed', `${path} is larger than such a file can be`, { path });
  return bytes;
}

function assertDigest(files: Files, path: string, bytes: Uint8Array): void {
  const listed = files.get(path);
  const found = describeFile(path, bytes);
  if (listed?.sha256 !== found.sha256 || listed.bytes !== found.bytes) {
    throw new LedgerError('file-changed', `${path} is not the file the manifest describes`, { path });
  }
}
