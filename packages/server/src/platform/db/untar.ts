import { createReadStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';

const BLOCK_BYTES = 512;
/** An initialised data directory has about 1,000 entries and 30 MB; more is not a template. */
const ENTRIES_MAX = 5000;
const BYTES_MAX = 268_435_456;

export class TemplateDamaged extends Error {
  override readonly name = 'TemplateDamaged';
}

/**
 * Unpacks a gzipped ustar archive (POSIX.1-1988 headers: files and directories only) while it is read: memory stays at one
 * chunk. Any other entry, a path that leaves the folder, or a cut archive is refused.
 */
export async function unpackTemplate(archive: string, folder: string): Promise<void> {
  const source = createReadStream(archive).pipe(createGunzip());
  let pending: Buffer = Buffer.alloc(0);
  let file: FileHandle | null = null;
  let fileBytesLeft = 0;
  let paddingBytesLeft = 0;
  let entries = 0;
  let total = 0;
  let isEnded = false;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > BYTES_MAX) throw new TemplateDamaged('too large');
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (!isEnded) {
        if (fileBytesLeft > 0) {
          const part = pending.subarray(0, fileBytesLeft);
          if (part.length === 0) break;
          await file?.write(part);
          fileBytesLeft -= part.length;
          pending = pending.subarray(part.length);
          continue;
        }
        if (paddingBytesLeft > 0) {
          if (pending.length < paddingBytesLeft) break;
          pending = pending.subarray(paddingBytesLeft);
          paddingBytesLeft = 0;
        }
        await file?.close();
        file = null;
        if (pending.length < BLOCK_BYTES) break;
        const entry = readHeader(pending.subarray(0, BLOCK_BYTES));
        pending = pending.subarray(BLOCK_BYTES);
        if (entry === null) {
          isEnded = true;
          break;
        }
        entries += 1;
        if (entries > ENTRIES_MAX) throw new TemplateDamaged('too many entries');
        file = await place(folder, entry);
        fileBytesLeft = entry.bytes;
        paddingBytesLeft = (BLOCK_BYTES - (entry.bytes % BLOCK_BYTES)) % BLOCK_BYTES;
      }
    }
  } finally {
    await file?.close();
  }
  if (!isEnded || entries === 0) throw new TemplateDamaged('cut short');
}

interface TarEntry {
  readonly path: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

/** Null = the block of zeros that ends an archive. */
function readHeader(block: Buffer): TarEntry | null {
  if (block.every((byte) => byte === 0)) return null;
  const text = (from: number, length: number): string => {
    const field = block.subarray(from, from + length);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end === -1 ? length : end).trim();
  };
  // The checksum is the sum of all bytes with its own field read as spaces.
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
  if (Number.parseInt(text(148, 8), 8) !== sum) throw new TemplateDamaged('header checksum');
  const kind = text(156, 1);
  if (kind !== '0' && kind !== '' && kind !== '5') throw new TemplateDamaged(`entry of kind ${kind}`);
  const prefix = text(345, 155);
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  const bytes = Number.parseInt(text(124, 12) || '0', 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > BYTES_MAX) throw new TemplateDamaged('entry size');
  return { path: name, isFolder: kind === '5', bytes };
}

async function place(folder: string, entry: TarEntry): Promise<FileHandle | null> {
  const relative = entry.path.replace(/^\/+/u, '');
  const target = path.resolve(folder, relative);
  if (target !== folder && !target.startsWith(`${folder}${path.sep}`)) throw new TemplateDamaged('path leaves the folder');
  if (entry.isFolder) {
    await mkdir(target, { recursive: true, mode: 0o700 });
    return null;
  }
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  return open(target, 'wx', 0o600);
}
