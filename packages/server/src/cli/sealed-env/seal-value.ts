import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { FileKeys } from './keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The length of what is encrypted can be seen: in steps of this many bytes, so that `true` and `false` look alike. */
const STEP_BYTES = 32;
const PREFIX = 'enc:v1:';
const SEALED = /^enc:v1:(?<bytes>[A-Za-z0-9_-]+)$/u;

/** Ties a value to its file and name: moved to another one it does not open. */
const place = ({ id }: FileKeys, name: string): Buffer => Buffer.from(JSON.stringify(['holdfast-env', 1, id, name]));

export function sealValue(keys: FileKeys, name: string, value: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.values, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(place(keys, name));
  const sealed = [nonce, cipher.update(pad(Buffer.from(value, 'utf8'))), cipher.final(), cipher.getAuthTag()];
  return PREFIX + Buffer.concat(sealed).toString('base64url');
}

/** Null = it does not open: changed, cut, or not sealed under this name of this file. */
export function openValue(keys: FileKeys, name: string, sealed: string): string | null {
  const bytes = Buffer.from(SEALED.exec(sealed)?.groups?.['bytes'] ?? '', 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keys.values, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(place(keys, name));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return unpad(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])).toString('utf8');
  } catch {
    return null;
  }
}

/** One bit and then zeros (ISO/IEC 7816-4). */
function pad(plain: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((plain.length + 1) / STEP_BYTES) * STEP_BYTES);
  plain.copy(padded);
  padded[plain.length] = 0x80;
  return padded;
}

const unpad = (padded: Buffer): Buffer => padded.subarray(0, padded.lastIndexOf(0x80));
