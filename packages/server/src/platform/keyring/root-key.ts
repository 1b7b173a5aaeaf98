import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import { Refusal } from '../refusal.ts';

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
  let text: string;
  try {
    if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
      throw unusable(`The root key file ${path.basename(file)} can be read by others: chmod 600 it.`);
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unusable(`The root key file ${path.basename(file)} cannot be read.`, error);
  }
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== ROOT_KEY_BYTES) {
    throw unusable(`The root key file ${path.basename(file)} does not hold ${ROOT_KEY_BYTES} bytes of base64.`);
  }
  return { bytes, id: idOf(bytes) };
}

export async function createRootKey(file: string): Promise<RootKey> {
  const bytes = randomBytes(ROOT_KEY_BYTES);
  await writeFileAtomically(file, `${bytes.toString('base64')}\n`, 0o600);
  return { bytes, id: idOf(bytes) };
}

const idOf = (bytes: Buffer): string => `root_${deriveKey(bytes, 'key id').toString('hex', 0, 6)}`;
