import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BACKUP_FORMAT, MANIFEST_PATH, type BackupFile, type BackupManifest } from './manifest.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

/** One thing to keep: bytes at hand, or the first so many bytes of a file that may still grow. */
export type Part = { readonly path: string } & (
  | { readonly content: Uint8Array }
  | { readonly file: string; readonly bytes: number }
);

export interface ArchiveFacts extends Omit<BackupManifest, 'format' | 'files'> {
  readonly parts: AsyncIterable<Part>;
}

/** The archive in clear, as a stream; the manifest is its last file. Nothing is read before it is asked for. */
export async function* writeArchive({ parts, ...facts }: ArchiveFacts): AsyncGenerator<Uint8Array> {
  const seconds = Math.floor(facts.createdAt / 1000);
  const files: BackupFile[] = [];
  for await (const part of parts) {
    const bytes = 'content' in part ? part.content.length : part.bytes;
    const hash = createHash('sha256');
    yield tarHeader({ path: part.path, bytes }, seconds);
    for await (const chunk of bodyOf(part)) {
      hash.update(chunk);
      yield chunk;
    }
    yield tarPadding(bytes);
    files.push({ path: part.path, bytes, sha256: hash.digest('hex') });
  }
  const manifest: BackupManifest = { format: BACKUP_FORMAT, ...facts, files };
  const content = Buffer.from(`${JSON.stringify(manifest)}\n`);
  yield tarHeader({ path: MANIFEST_PATH, bytes: content.length }, seconds);
  yield content;
  yield tarPadding(content.length);
  yield tarEnd();
}

/** A file that is shorter than it was a moment ago would shift everything after it: then the whole backup is given up. */
async function* bodyOf(part: Part): AsyncGenerator<Uint8Array> {
  if ('content' in part) {
    yield part.content;
    return;
  }
  if (part.bytes === 0) return;
  let read = 0;
  const source: AsyncIterable<Buffer> = createReadStream(part.file, { end: part.bytes - 1 });
  for await (const chunk of source) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== part.bytes) throw new RangeError('a file shrank while it was read');
}
