import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from './atomic-file.ts';
import { faultPoint } from './fault-point.ts';
import { Refusal } from './refusal.ts';

/**
 * Files that are too large for one seal: chunks under AES-256-GCM as in the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizár 2015). The number of a chunk, and whether it is the last one, stand in its nonce: chunks that were swapped, left out or
 * added do not open, and neither does a file that was cut. The key is of this one file, so a random prefix is never met twice.
 */
const MAGIC = Buffer.from('HFsf0001', 'latin1');
const PREFIX_BYTES = 7;
const HEADER_BYTES = MAGIC.length + PREFIX_BYTES;
const TAG_BYTES = 16;
const CHUNK_BYTES = 65_536;
const CHUNKS_MAX = 0xffff_ffff;
export const SEALED_FILE_KEY_BYTES = 32;

export interface SealedFile {
  readonly path: string;
  /** Of this one file. */
  readonly key: Uint8Array;
  /** What it is, so that one put in the place of another does not open. */
  readonly id: string;
}

const nonceOf = (prefix: Uint8Array, chunk: number, isLast: boolean): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.set(prefix);
  nonce.writeUInt32BE(chunk, PREFIX_BYTES);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
};

const additionalData = (id: string): Buffer => Buffer.from(`holdfast sealed file 1\n${id}`);

/** Pieces of any size as pieces of one size; at least one, the last may be shorter or empty. Each is overwritten by the next. */
async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<{ bytes: Uint8Array; isLast: boolean }> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let used = 0;
  for await (const piece of source) {
    for (let from = 0; from < piece.length;) {
      // Only when more follows it is known that a full chunk is not the last one.
      if (used === CHUNK_BYTES) {
        yield { bytes: chunk, isLast: false };
        used = 0;
      }
      const taken = Math.min(CHUNK_BYTES - used, piece.length - from);
      chunk.set(piece.subarray(from, from + taken), used);
      used += taken;
      from += taken;
    }
  }
  yield { bytes: chunk.subarray(0, used), isLast: true };
  chunk.fill(0);
}

/**
 * Writes it beside its place, forces it to the disk and renames it: under the name there is a whole file or none.
 *
 * @example await writeSealedFile({ path, key, id }, createReadStream('', { fd, start: 0, autoClose: false }));
 */
export async function writeSealedFile({ path: file, key, id }: SealedFile, source: AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${file}.partial`;
  const prefix = randomBytes(PREFIX_BYTES);
  try {
    // `wx`: a key seals one file once, so what lies there already is never written over.
    await using handle = await open(partial, 'wx', 0o600);
    await handle.writeFile(Buffer.concat([MAGIC, prefix]));
    let count = 0;
    for await (const { bytes, isLast } of inChunks(source)) {
      if (count > CHUNKS_MAX) throw new RangeError('a sealed file of more chunks than a nonce can count');
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(prefix, count, isLast), { authTagLength: TAG_BYTES });
      cipher.setAAD(additionalData(id));
      await handle.writeFile(Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]));
      count += 1;
    }
    faultPoint('sealed-file:half');
    await handle.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, file);
  await syncFolder(path.dirname(file));
}

const unreadable = (cause?: unknown): Refusal => new Refusal('upload-unreadable', { cause });

/**
 * The content in pieces, each of which is authentic; that nothing is missing is known when it ends without a throw.
 *
 * @example for await (const bytes of readSealedFile({ path, key, id })) await out.writeFile(bytes);
 */
export async function* readSealedFile({ path: file, key, id }: SealedFile): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    const { size } = await handle.stat();
    const header = await readAll(handle, 0, HEADER_BYTES);
    if (!header.subarray(0, MAGIC.length).equals(MAGIC) || size < HEADER_BYTES + TAG_BYTES) throw unreadable();
    const prefix = header.subarray(MAGIC.length);
    let at = HEADER_BYTES;
    for (let count = 0; at < size; count += 1) {
      const sealed = await readAll(handle, at, Math.min(CHUNK_BYTES + TAG_BYTES, size - at));
      at += sealed.length;
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(prefix, count, at === size), { authTagLength: TAG_BYTES });
      decipher.setAAD(additionalData(id));
      yield openChunk(decipher, sealed);
    }
  } finally {
    await handle.close();
  }
}

function openChunk(decipher: ReturnType<typeof createDecipheriv> & { setAuthTag(tag: Buffer): unknown }, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw unreadable();
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw unreadable(error);
  }
}

async function readAll(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) throw unreadable();
    read += bytesRead;
  }
  return bytes;
}
