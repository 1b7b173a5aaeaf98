import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { fromBase64, sha256, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';

/** Signature type 0x01: Ed25519 over the note text (C2SP signed-note). */
const ed25519Type = 0x01;
const seedBytes = 32;
const signatureBytes = 64;
const keyTextLengthMax = 512;

// node:crypto takes Ed25519 keys as DER only; these are the fixed headers of RFC 8410 §4 and §7.
const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Checks signatures of one named key. */
export interface Verifier {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

/** Makes signatures under one named key. */
export interface Signer {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  sign(text: Uint8Array): Uint8Array;
}

/** The two text encodings of a new key, as Go's note package writes them. `skey` is a secret. */
export interface KeyPairText {
  readonly skey: string;
  readonly vkey: string;
}

/** Key names must be non-empty, without Unicode spaces or plus (C2SP signed-note). Control bytes would break the note's lines. */
export function isKeyName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control bytes are exactly what this refuses
  return name.length > 0 && name.length <= 255 && name.isWellFormed() && !/[\s\u0000-\u001f\u007f\u0085+]/u.test(name);
}

/**
 * Encodes a key from 32 random bytes that the caller supplies.
 *
 * @example
 * const { skey, vkey } = keyPairFromSeed('example.com/log', randomBytes(32));
 */
export function keyPairFromSeed(name: string, seed: Uint8Array): KeyPairText {
  if (!isKeyName(name) || seed.length !== seedBytes) throw malformed();
  const publicKey = publicFromPrivate(privateFromSeed(seed));
  const keyId = keyIdOf(name, publicKey);
  const skey = `PRIVATE+KEY+${name}+${keyId}+${toBase64(Buffer.concat([Buffer.from([ed25519Type]), seed]))}`;
  return { skey, vkey: vkeyOf(name, publicKey) };
}

/**
 * Reads a verifier key: `name+hex8+base64(type || key)`. Refuses a key id that does not belong to the key.
 *
 * @example
 * const verifier = parseVerifier('example.com/log+530cf7b3+AZ...');
 */
export function parseVerifier(vkey: string): Verifier {
  const { name, keyId, key } = splitKey(vkey);
  if (keyIdOf(name, key) !== keyId) throw malformed();
  const publicKey = createPublicKey({ key: Buffer.concat([spkiHeader, key]), format: 'der', type: 'spki' });
  return {
    name,
    keyId,
    vkey,
    verify: (text, signature) => signature.length === signatureBytes && verify(null, text, publicKey, signature),
  };
}

/**
 * Reads a signer key: `PRIVATE+KEY+name+hex8+base64(type || seed)`.
 *
 * @example
 * const signer = parseSigner(skey);
 */
export function parseSigner(skey: string): Signer {
  const prefix = 'PRIVATE+KEY+';
  if (!skey.startsWith(prefix)) throw malformed();
  const { name, keyId, key } = splitKey(skey.slice(prefix.length));
  const privateKey = privateFromSeed(key);
  const publicKey = publicFromPrivate(privateKey);
  if (keyIdOf(name, publicKey) !== keyId) throw malformed();
  return { name, keyId, vkey: vkeyOf(name, publicKey), sign: (text) => sign(null, text, privateKey) };
}

function splitKey(text: string): { name: string; keyId: string; key: Uint8Array } {
  // The base64 part may itself contain plus signs, so only the first two separate.
  const match = text.length > keyTextLengthMax ? null : /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text);
  const [, name = '', keyId = '', encoded = ''] = match ?? [];
  const typed = fromBase64(encoded);
  if (match === null || !isKeyName(name) || typed?.[0] !== ed25519Type || typed.length !== 1 + seedBytes) throw malformed();
  return { name, keyId, key: typed.subarray(1) };
}

/** SHA-256(name || 0x0A || type || key)[:4], in hexadecimal. */
function keyIdOf(name: string, publicKey: Uint8Array): string {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ed25519Type]), publicKey]);
  return sha256(input).subarray(0, 4).toString('hex');
}

function vkeyOf(name: string, publicKey: Uint8Array): string {
  const typed = Buffer.concat([Buffer.from([ed25519Type]), publicKey]);
  return `${name}+${keyIdOf(name, publicKey)}+${toBase64(typed)}`;
}

function privateFromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Header, seed]), format: 'der', type: 'pkcs8' });
}

function publicFromPrivate(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiHeader.length);
}

/** One message for every fault: the text may be a secret key and must not be quoted. */
function malformed(): LedgerError {
  return new LedgerError('key-malformed', 'not a note key');
}
