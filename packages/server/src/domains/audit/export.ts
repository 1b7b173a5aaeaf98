import {
  describeFile,
  exportFiles,
  exportPaths,
  openCheckpoint,
  tilePath,
  parseTilePath,
  tileWidth,
  writeManifest,
  type Checkpoint,
  type ManifestFile,
} from '@holdfast/ledger';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../../platform/atomic-file.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { SigningKeys } from './tree/signing-key.ts';
import type { TreeFiles } from './tree/tree-files.ts';

export interface ExportParts {
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  /** The published note this export is made of. */
  readonly note: string;
  /** `<dataDir>/exports`. */
  readonly folder: string;
  readonly name: string;
}

/** Writes everything an outsider needs to verify the log with nothing but these files and a trust file. One file in memory at a time. */
export async function writeExport({
  files,
  keys,
  note,
  folder,
  name,
}: ExportParts): Promise<{ directory: string; size: number }> {
  const directory = path.join(folder, name);
  if ((await stat(directory).catch(() => null)) !== null) {
    throw new Refusal('conflict', {
      detail: `An export of the name ${name} exists.`,
      errors: [{ pointer: '/name', detail: 'exists already' }],
    });
  }
  const checkpoint = openCheckpoint(Buffer.from(note), keys.trust);
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    await copyAll({ files, checkpoint, keys, note, into: partial });
    await rename(partial, directory);
    await syncFolder(folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return { directory, size: checkpoint.size };
}

interface CopyParts {
  readonly files: TreeFiles;
  readonly checkpoint: Checkpoint;
  readonly keys: SigningKeys;
  readonly note: string;
  readonly into: string;
}

async function copyAll({ files, checkpoint, keys, note, into }: CopyParts): Promise<void> {
  const described: ManifestFile[] = [];
  for (const name of exportPaths(checkpoint.size)) {
    const bytes =
      name === exportFiles.checkpoint
        ? Buffer.from(note)
        : name === exportFiles.trust
          ? Buffer.from(keys.trustText)
          : await readTile(files, name);
    described.push(describeFile(name, bytes));
    await put(path.join(into, name), bytes);
  }
  const { manifest, signature } = writeManifest({ checkpoint, files: described, signers: keys.signers() });
  await put(path.join(into, exportFiles.manifest), manifest);
  await put(path.join(into, exportFiles.manifestSignature), Buffer.from(signature));
}

/** A partial tile that became full meanwhile is the beginning of the full one. */
async function readTile(files: TreeFiles, name: string): Promise<Buffer> {
  const exact = await files.read(name);
  if (exact !== null) return exact;
  const { level, index, width } = parseTilePath(name);
  const full = width === tileWidth ? null : await files.read(tilePath({ level, index, width: tileWidth }));
  if (full === null) throw new Refusal('ledger-damaged', { detail: `${name} is missing.` });
  if (level !== 'entries') return full.subarray(0, width * 32);
  let at = 0;
  for (let count = 0; count < width; count += 1) at += 2 + full.readUInt16BE(at);
  return full.subarray(0, at);
}

async function put(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
