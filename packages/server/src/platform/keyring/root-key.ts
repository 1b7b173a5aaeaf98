import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import { Refusal } from '../refusal.ts';
import { decodeBase64, encodeBase64 } from './base64-bytes.ts';

export const ROOT_KEY_BYTES = 32;

export interface RootKey {
  /** Derived from the key, so that a key file can never claim to be another: `root_` and 12 hex digits. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** RFC 5869; `purpose` keeps keys for different uses apart. */
export function deriveKey(root: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `holdfast ${purpose} v1`, ROOT_KEY_BYTES));
}

/** Reads the root key; null when there is no such file. */
export async function readRootKey(file: string): Promise<RootKey | null> {
  const unusable = (detail: string, cause?: unknown): Refusal => new Refusal('key-wrong', { detail, cause });
  let text: Buffer;
  try {
    if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
      throw unusable(`The root key file ${path.basename(file)} can be read by others: chmod 600 it.`);
    }
    text = await readFile(file);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unusable(`The root key file ${path.basename(file)} cannot be read.`, error);
  }
  const key = rootKeyFromText(text);
  text.fill(0);
  if (key === null) {
    throw unusable(`The root key file ${path.basename(file)} does not hold ${ROOT_KEY_BYTES} bytes of base64.`);
  }
  return key;
}

/** Of the content of a key file or a credential: base64, with or without space around it; null = it is none. */
export function rootKeyFromText(text: Uint8Array): RootKey | null {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text[from])) from += 1;
  while (to > from && isSpace(text[to - 1])) to -= 1;
  const bytes = decodeBase64(text.subarray(from, to));
  return bytes?.length === ROOT_KEY_BYTES ? rootKeyOf(bytes) : null;
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

export function rootKeyOf(bytes: Buffer): RootKey {
  if (bytes.length !== ROOT_KEY_BYTES) throw new Error('assertion: a root key has one length');
  return { bytes, id: idOf(bytes) };
}

export const newRootKey = (): RootKey => rootKeyOf(randomBytes(ROOT_KEY_BYTES));

export async function createRootKey(file: string): Promise<RootKey> {
  const key = newRootKey();
  await writeRootKey(file, key);
  return key;
}

export async function writeRootKey(file: string, { bytes }: RootKey): Promise<void> {
  const text = encodeBase64(bytes);
  const line = Buffer.concat([text, Buffer.from('\n')]);
  try {
    await writeFileAtomically(file, line, 0o600);
  } finally {
    text.fill(0);
    line.fill(0);
  }
}

const idOf = (bytes: Buffer): string => `root_${deriveKey(bytes, 'key id').toString('hex', 0, 6)}`;
