import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** More would take longer to write than to build again. */
const STATE_BYTES_MAX = 134_217_728;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ADDITIONAL = Buffer.from('holdfast watch state 1');

/** AES-256-GCM under a key that seals this one state. Null = it is too large to be kept. */
export function sealState(state: unknown, key: Uint8Array): Uint8Array | null {
  const text = Buffer.from(JSON.stringify(state), 'utf8');
  if (text.length > STATE_BYTES_MAX) return null;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(ADDITIONAL);
  // A buffer of its own: it changes hands between threads.
  return new Uint8Array(Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]));
}

/** Null = it was cut, changed, or sealed with another key. */
export function openState(sealed: Uint8Array, key: Uint8Array): unknown {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(ADDITIONAL);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
}
