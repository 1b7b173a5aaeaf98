import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
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
 * chunk. Files are written synchronously: a thousand small ones take a tenth of a second so, and a whole one otherwise. Any other entry, a path that leaves the folder, or a cut archive is refused.
 */
export async function unpackTemplate(archive: string, folder: string): Promise<void> {
  const reader = new TarReader(folder);
  try {
    for await (const chunk of createReadStream(archive).pipe(createGunzip()) as AsyncIterable<Buffer>) reader.take(chunk);
    reader.assertWhole();
  } finally {
    reader.close();
  }
}

class TarReader {
  readonly #folder: string;
  #pending: Buffer = Buffer.alloc(0);
  #file: number | null = null;
  #fileBytesLeft = 0;
  #paddingBytesLeft = 0;
  #entries = 0;
  #total = 0;
  #isEnded = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  take(chunk: Buffer): void {
    this.#total += chunk.length;
    if (this.#total > BYTES_MAX) throw new TemplateDamaged('too large');
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    // Each step uses bytes up or says that it needs more: it ends with the chunk.
    while (!this.#isEnded && this.#step());
  }

  assertWhole(): void {
    if (!this.#isEnded || this.#entries === 0) throw new TemplateDamaged('cut short');
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** False = more bytes are needed. */
  #step(): boolean {
    if (this.#fileBytesLeft > 0) return this.#writePart();
    if (this.#pending.length < this.#paddingBytesLeft + BLOCK_BYTES) return false;
    return this.#nextEntry();
  }

  #writePart(): boolean {
    const part = this.#pending.subarray(0, this.#fileBytesLeft);
    if (part.length === 0) return false;
    if (this.#file !== null) writeAll(this.#file, part);
    this.#fileBytesLeft -= part.length;
    this.#pending = this.#pending.subarray(part.length);
    return true;
  }

  #nextEntry(): boolean {
    this.close();
    const start = this.#paddingBytesLeft;
    const entry = readHeader(this.#pending.subarray(start, start + BLOCK_BYTES));
    this.#pending = this.#pending.subarray(start + BLOCK_BYTES);
    if (entry === null) {
      this.#isEnded = true;
      return false;
    }
    this.#entries += 1;
    if (this.#entries > ENTRIES_MAX) throw new TemplateDamaged('too many entries');
    this.#file = place(this.#folder, entry);
    this.#fileBytesLeft = entry.bytes;
    this.#paddingBytesLeft = (BLOCK_BYTES - (entry.bytes % BLOCK_BYTES)) % BLOCK_BYTES;
    return true;
  }
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

function place(folder: string, entry: TarEntry): number | null {
  const relative = entry.path.replace(/^\/+/u, '');
  const target = path.resolve(folder, relative);
  if (target !== folder && !target.startsWith(`${folder}${path.sep}`)) throw new TemplateDamaged('path leaves the folder');
  if (entry.isFolder) {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    return null;
  }
  // Folders come before what is in them.
  return openSync(target, 'wx', 0o600);
}

/** write(2) may take a part only. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
