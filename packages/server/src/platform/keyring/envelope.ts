import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'enc:v1:';
const ENVELOPE_CHARACTERS_MAX = 64 * 1_048_576;

/**
 * Where a ciphertext belongs: table, column, row and so on. It is bound to the ciphertext as additional data, so that one
 * that was moved elsewhere does not open. Strings only, so that its JSON text is canonical as it is.
 */
export type Place = readonly string[];

/** Random nonces in blocks: one call to the generator for many seals. */
const nonces = Buffer.alloc(NONCE_BYTES * 512);
let noncesUsed = nonces.length;

function nextNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  // A copy: the block is refilled while the nonce may still be in use.
  return Buffer.from(nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed));
}

const additionalData = (keyId: string, place: Place): Buffer => Buffer.from(JSON.stringify(['v1', keyId, ...place]));

/** AES-256-GCM with a random 96-bit nonce (SP 800-38D §8.2.2): nonce, ciphertext, tag. */
export function sealBytes(key: KeyObject, bytes: Uint8Array, { keyId, place }: { keyId: string; place: Place }): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(keyId, place));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Null when it was changed, moved, or sealed with another key. */
export function openBytes(key: KeyObject, sealed: Uint8Array, { keyId, place }: { keyId: string; place: Place }): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(keyId, place));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** `enc:v1:<key id>:<base64url>`. */
export function formatEnvelope(keyId: string, sealed: Buffer): string {
  return `${PREFIX}${keyId}:${sealed.toString('base64url')}`;
}

export interface Envelope {
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** Null when it is none. */
export function parseEnvelope(text: string): Envelope | null {
  if (text.length > ENVELOPE_CHARACTERS_MAX || !text.startsWith(PREFIX)) return null;
  const colon = text.indexOf(':', PREFIX.length);
  const keyId = text.slice(PREFIX.length, colon);
  const body = text.slice(colon + 1);
  if (colon === -1 || !/^[a-z0-9_]{1,64}$/iu.test(keyId) || !/^[\w-]+$/u.test(body)) return null;
  return { keyId, sealed: Buffer.from(body, 'base64url') };
}
