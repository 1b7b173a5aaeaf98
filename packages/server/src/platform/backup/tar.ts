import { Refusal } from '../refusal.ts';
import type { ByteReader } from './byte-reader.ts';

/** POSIX.1-1988 ustar: after `age -d` any tar program opens a backup. Only plain files; only names of our own making. */
const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
/** Eleven octal digits. */
const FILE_BYTES_MAX = 8_589_934_591;
const MAGIC = 'ustar\u000000';
const MODE_AND_OWNER = '0000600\u00000000000\u00000000000\u0000';

export interface TarEntry {
  readonly path: string;
  readonly bytes: number;
}

/** Letters, digits, `.`, `_`, `-` in segments that are neither empty nor dots only: nothing here can leave a folder. */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > NAME_BYTES_MAX) return false;
  return path.split('/').every((segment) => /^[A-Za-z0-9._-]+$/u.test(segment) && !/^\.+$/u.test(segment));
}

/** The block before a file. `seconds` since the epoch become its time. */
export function tarHeader({ path, bytes }: TarEntry, seconds: number): Uint8Array {
  if (!isSafePath(path) || bytes > FILE_BYTES_MAX)
    throw new Refusal('internal', { detail: 'A file of the data directory cannot be put into a backup.' });
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(path, 0, 'latin1');
  block.write(MODE_AND_OWNER, 100, 'latin1');
  block.write(`${octal(bytes)}\u0000${octal(seconds)}\u0000        0`, 124, 'latin1');
  block.write(MAGIC, 257, 'latin1');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

/** Zeros up to the next block. */
export function tarPadding(bytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** Two blocks of zeros end an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK_BYTES);
}

/** The next entry, or null at the end. The caller reads the body and then calls {@link skipPadding}. */
export async function readTarHeader(reader: ByteReader): Promise<TarEntry | null> {
  const block = await reader.take(BLOCK_BYTES);
  if (block.every((byte) => byte === 0)) return null;
  const text = (from: number, length: number): string =>
    block
      .toString('latin1', from, from + length)
      .replace(/\0[\s\S]*$/u, '')
      .trim();
  const bytes = Number.parseInt(text(124, 12), 8);
  const isSound =
    Number.parseInt(text(148, 8), 8) === checksum(block) && text(156, 1) === '0' && Number.isSafeInteger(bytes) && bytes >= 0;
  const path = text(0, NAME_BYTES_MAX);
  if (!isSound || !isSafePath(path))
    throw new Refusal('backup-unreadable', { detail: 'The backup holds an entry that Holdfast does not write.' });
  return { path, bytes };
}

export async function skipPadding(reader: ByteReader, bytes: number): Promise<void> {
  await reader.take(tarPadding(bytes).length);
}

const octal = (value: number): string => value.toString(8).padStart(11, '0');

/** Sum of all bytes, with its own field read as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
  return sum;
}
