import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../refusal.ts';
import type { BackupManifest } from './manifest.ts';
import { readArchive } from './read-archive.ts';
import { unseal, type Opening } from './seal.ts';

/** Unpacks a backup into a folder that must not exist yet. What is there afterwards has passed every check of the file itself. */
export async function extractBackup(file: string, folder: string, opening: Opening): Promise<BackupManifest> {
  await mkdir(folder, { mode: 0o700 });
  return readArchive(unseal(openFile(file), opening), {
    async file(path, body) {
      // Paths were judged by the reader: they cannot leave the folder.
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await pipeline(Readable.from(body), createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }));
    },
  });
}

function openFile(file: string): ReadableStream<Uint8Array> {
  const source: AsyncIterable<Uint8Array> = createReadStream(file).on('error', () => undefined);
  return ReadableStream.from(readable(source));
}

async function* readable(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (cause) {
    throw new Refusal('backup-unreadable', { detail: 'The file cannot be read.', cause });
  }
}
