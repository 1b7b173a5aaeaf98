import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})$/u;

export interface Ciphertext {
  readonly version: number;
  readonly sealed: Buffer;
}

/** `vault:v3:BASE64`. Null = it is none. */
export function parseCiphertext(text: string): Ciphertext | null {
  const [, version, body = ''] = CIPHERTEXT.exec(text) ?? [];
  return version === undefined ? null : { version: Number(version), sealed: Buffer.from(body, 'base64') };
}

export const formatCiphertext = ({ version, sealed }: Ciphertext): string => `vault:v${version}:${sealed.toString('base64')}`;

/** AES-256-GCM: nonce, ciphertext, tag, as Vault's `aes256-gcm96` lays them out. */
export function encrypt(key: KeyObject, plaintext: Buffer, associated: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Null = it was changed, or sealed with another key or other associated data. */
export function decrypt(key: KeyObject, sealed: Buffer, associated: Buffer): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
