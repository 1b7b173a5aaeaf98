import { createHash } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { ByteReader } from './byte-reader.ts';
import { MANIFEST_BYTES_MAX, MANIFEST_PATH, readManifest, type BackupFile, type BackupManifest } from './manifest.ts';
import { readTarHeader, skipPadding } from './tar.ts';

/** Gets each file as it streams by. The bytes are not yet proven: that happens when the manifest has come. */
export interface ArchiveVisitor {
  file(path: string, body: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Reads an archive to its end and checks every digest; throws `backup-unreadable` naming the first file that does not fit. */
export async function readArchive(source: AsyncIterable<Uint8Array>, visitor: ArchiveVisitor): Promise<BackupManifest> {
  const reader = new ByteReader(source);
  const found: BackupFile[] = [];
  let manifest: BackupManifest | null = null;
  for (let entry = await readTarHeader(reader); entry !== null; entry = await readTarHeader(reader)) {
    const { path, bytes } = entry;
    if (manifest !== null) throw damaged('Something stands after the list of contents.');
    if (path === MANIFEST_PATH) {
      if (bytes > MANIFEST_BYTES_MAX) throw damaged('The list of contents is too long.');
      manifest = readManifest(await reader.take(bytes));
    } else {
      const hash = createHash('sha256');
      await visitor.file(path, hashing(reader.stream(bytes), hash));
      found.push({ path, bytes, sha256: hash.digest('hex') });
    }
    await skipPadding(reader, bytes);
  }
  await reader.drain();
  if (manifest === null) throw damaged('The list of contents is missing.');
  assertSame(manifest.files, found);
  return manifest;
}

async function* hashing(body: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

function assertSame(listed: readonly BackupFile[], found: readonly BackupFile[]): void {
  if (listed.length !== found.length) throw damaged('The list of contents names other files than there are.');
  for (const [index, file] of found.entries()) {
    const entry = listed[index];
    if (entry?.path !== file.path || entry.bytes !== file.bytes || entry.sha256 !== file.sha256)
      throw damaged(`${file.path} is not what was backed up.`);
  }
}

const damaged = (detail: string): Refusal => new Refusal('backup-unreadable', { detail });
