import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { fromBase64, sha256, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';

/** What a key signs: note texts, or a witness's timestamped statement about a checkpoint. */
export type KeyUse = 'note' | 'cosignature';

/** Signature types of C2SP signed-note: Ed25519 over the text, and Ed25519 cosignatures (C2SP tlog-cosignature). */
const typeBytes = { note: 0x01, cosignature: 0x04 } as const;
const seedBytes = 32;
const signatureBytes = 64;
const timestampBytes = 8;
/** C2SP tlog-cosignature: a timestamp must not exceed this. */
const timestampMax = 2n ** 63n - 1n;
const keyTextLengthMax = 512;

// node:crypto takes Ed25519 keys as DER only; these are the fixed headers of RFC 8410 §4 and §7.
const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Checks signatures of one named key. */
export interface Verifier {
  readonly use: KeyUse;
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
export function keyPairFromSeed(name: string, seed: Uint8Array, use: KeyUse = 'note'): KeyPairText {
  if (!isKeyName(name) || seed.length !== seedBytes) throw malformed();
  const typed = withType(use, publicFromPrivate(privateFromSeed(seed)));
  return {
    skey: `PRIVATE+KEY+${name}+${keyIdOf(name, typed)}+${toBase64(withType(use, seed))}`,
    vkey: vkeyOf(name, typed),
  };
}

/**
 * Reads a verifier key: `name+hex8+base64(type || key)`. Refuses a key id that does not belong to the key.
 *
 * @example
 * const verifier = parseVerifier('example.com/log+530cf7b3+AZ...');
 */
export function parseVerifier(vkey: string): Verifier {
  const { use, name, keyId, key } = splitKey(vkey);
  if (keyIdOf(name, withType(use, key)) !== keyId) throw malformed();
  const publicKey = createPublicKey({ key: Buffer.concat([spkiHeader, key]), format: 'der', type: 'spki' });
  const isGood = (text: Uint8Array, signature: Uint8Array): boolean =>
    signature.length === signatureBytes && verify(null, text, publicKey, signature);
  return {
    use,
    name,
    keyId,
    vkey,
    verify: use === 'note' ? isGood : (text, signature) => isGoodCosignature({ text, signature, isGood }),
  };
}

interface CosignatureParts {
  readonly text: Uint8Array;
  readonly signature: Uint8Array;
  readonly isGood: (text: Uint8Array, signature: Uint8Array) => boolean;
}

function isGoodCosignature({ text, signature, isGood }: CosignatureParts): boolean {
  if (signature.length !== timestampBytes + signatureBytes) return false;
  const timestamp = Buffer.from(signature).readBigUInt64BE();
  return timestamp <= timestampMax && isGood(cosigned(text, timestamp), signature.subarray(timestampBytes));
}

/** The header line separates this from every other message the key could sign. */
function cosigned(text: Uint8Array, timestamp: bigint): Uint8Array {
  return Buffer.concat([Buffer.from(`cosignature/v1\ntime ${timestamp}\n`), text]);
}

/**
 * Reads a signer key: `PRIVATE+KEY+name+hex8+base64(type || seed)`.
 *
 * @example
 * const signer = parseSigner(skey);
 */
export function parseSigner(skey: string): Signer {
  const { privateKey, ...key } = readPrivate(skey, 'note');
  return { ...key, sign: (text) => sign(null, text, privateKey) };
}

/**
 * Reads a witness's key as a signer whose cosignatures carry the given time, in seconds since the epoch.
 *
 * @example
 * const line = signNote(text, [parseCosigner(skey, nowS)]);
 */
export function parseCosigner(skey: string, timeS: number): Signer {
  if (!Number.isSafeInteger(timeS) || timeS < 0) throw new LedgerError('range-invalid', 'not a time in whole seconds');
  const { privateKey, ...key } = readPrivate(skey, 'cosignature');
  const timestamp = Buffer.alloc(timestampBytes);
  timestamp.writeBigUInt64BE(BigInt(timeS));
  return { ...key, sign: (text) => Buffer.concat([timestamp, sign(null, cosigned(text, BigInt(timeS)), privateKey)]) };
}

function readPrivate(skey: string, expected: KeyUse): { name: string; keyId: string; vkey: string; privateKey: KeyObject } {
  const prefix = 'PRIVATE+KEY+';
  if (!skey.startsWith(prefix)) throw malformed();
  const { use, name, keyId, key } = splitKey(skey.slice(prefix.length));
  const privateKey = privateFromSeed(key);
  const typed = withType(use, publicFromPrivate(privateKey));
  if (use !== expected || keyIdOf(name, typed) !== keyId) throw malformed();
  return { name, keyId, vkey: vkeyOf(name, typed), privateKey };
}

function splitKey(text: string): { use: KeyUse; name: string; keyId: string; key: Uint8Array } {
  // The base64 part may itself contain plus signs, so only the first two separate.
  const match = text.length > keyTextLengthMax ? null : /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text);
  const [, name = '', keyId = '', encoded = ''] = match ?? [];
  const typed = fromBase64(encoded);
  const use = typed?.[0] === typeBytes.note ? 'note' : 'cosignature';
  if (typed?.length !== 1 + seedBytes || typed[0] !== typeBytes[use] || !isKeyName(name)) throw malformed();
  return { use, name, keyId, key: typed.subarray(1) };
}

function withType(use: KeyUse, key: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([typeBytes[use]]), key]);
}

/** SHA-256(name || 0x0A || type || key)[:4], in hexadecimal. */
function keyIdOf(name: string, typedKey: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), typedKey]))
    .subarray(0, 4)
    .toString('hex');
}

function vkeyOf(name: string, typedKey: Uint8Array): string {
  return `${name}+${keyIdOf(name, typedKey)}+${toBase64(typedKey)}`;
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
