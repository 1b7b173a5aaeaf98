import { keyPairFromSeed, parseSigner, parseVerifier } from './key.ts';
import type { Signer } from './key.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { describeFile, exportFiles, exportPaths, writeManifest } from './export.ts';
import type { TileReader } from './tile.ts';
import { tilePath } from './tile.ts';
import { TileLog } from './tile-log.ts';
import { formatTrust } from './trust.ts';
import type { Trust } from './trust.ts';

/** A complete log held in a map of files: what tests use in place of a disk. */
export interface MemoryLog {
  readonly files: Map<string, Uint8Array>;
  readonly checkpoint: Checkpoint;
  readonly signer: Signer;
  readonly trust: Trust;
  readonly readTile: TileReader;
}

export const testOrigin = 'log.example/audit';

/** A fixed key: tests must give the same bytes every time. */
export function testSigner(name: string = testOrigin, seedByte: number = 7): Signer {
  return parseSigner(keyPairFromSeed(name, new Uint8Array(32).fill(seedByte)).skey);
}

export function trustOf(signer: Signer, firstSize: number = 0, lastSize: number | null = null): Trust {
  return { origin: testOrigin, keys: [{ verifier: parseVerifier(signer.vkey), firstSize, lastSize }] };
}

export function testEntry(index: number): Uint8Array {
  return Buffer.from(`{"action":"session.opened","seq":${index},"v":1}`);
}

/** Reads tiles from a map of files, with the full tile as the fallback for a partial one. */
export function tilesIn(files: ReadonlyMap<string, Uint8Array>): TileReader {
  return async (level, index, width) =>
    files.get(tilePath({ level, index, width })) ?? files.get(tilePath({ level, index, width: 256 })) ?? null;
}

/** Writes a log of `size` entries in batches and adds what an export needs. */
export function memoryLog(size: number, batch: number = 512): MemoryLog {
  const files = new Map<string, Uint8Array>();
  const log = TileLog.empty();
  for (let first = 0; first < size; first += batch) {
    const entries = Array.from({ length: Math.min(batch, size - first) }, (_, i) => testEntry(first + i));
    for (const { path, bytes } of log.append(entries).writes) files.set(path, bytes);
  }
  const head = log.head();
  for (const { path, bytes } of head.writes) files.set(path, bytes);
  const signer = testSigner();
  const trust = trustOf(signer);
  const checkpoint = { origin: testOrigin, size: head.size, root: head.root };
  files.set(exportFiles.checkpoint, Buffer.from(signCheckpoint(checkpoint, [signer])));
  files.set(exportFiles.trust, Buffer.from(formatTrust(trust)));
  signExport(files, checkpoint, signer);
  return { files, checkpoint, signer, trust, readTile: tilesIn(files) };
}

/** Writes the manifest over whatever the files hold now. */
export function signExport(files: Map<string, Uint8Array>, checkpoint: Checkpoint, signer: Signer): void {
  const described = exportPaths(checkpoint.size).map((path) => describeFile(path, files.get(path) ?? new Uint8Array(0)));
  const { manifest, signature } = writeManifest({ checkpoint, files: described, signers: [signer] });
  files.set(exportFiles.manifest, manifest);
  files.set(exportFiles.manifestSignature, Buffer.from(signature));
}
