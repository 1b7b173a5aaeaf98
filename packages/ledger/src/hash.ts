import { hash } from 'node:crypto';
import { LedgerError } from './errors.ts';

/** SHA-256 output size; every hash of the log is this long. */
export const hashBytes = 32;

/** RFC 6962 §2.1 domain separation: without it a node could be presented as a leaf (second preimage). */
const leafPrefix = 0x00;
const nodePrefix = 0x01;

/** Our own cap on one canonical entry; the C2SP bundle format would allow 65,535. Larger evidence goes to a blob store. */
export const entryBytesMax: number = 32 * 1024;

/** What a C2SP entry bundle can carry at all (uint16 length). */
const leafBytesMax = 65_535;

// One copy into these buffers is cheaper than an incremental hash object per call (measured: crypto.hash is about twice as fast).
// They hold no state between calls: each call overwrites them and is synchronous.
const leafScratch = Buffer.alloc(1 + leafBytesMax, leafPrefix);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, nodePrefix);

/**
 * Plain SHA-256 of some bytes.
 *
 * @example
 * sha256(Buffer.from('abc')).toString('hex');
 */
export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The root of the empty tree is the hash of the empty string (RFC 9162 §2.1.1). */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/**
 * Leaf hash: SHA-256(0x00 || entry), RFC 6962 §2.1.
 *
 * @example
 * const leaf = leafHash(Buffer.from('{"v":1}'));
 */
export function leafHash(entry: Uint8Array): Uint8Array {
  if (entry.length > leafBytesMax) throw new LedgerError('entry-too-large', `an entry of ${entry.length} bytes`);
  leafScratch.set(entry, 1);
  return sha256(leafScratch.subarray(0, entry.length + 1));
}

/**
 * Inner node hash: SHA-256(0x01 || left || right), RFC 6962 §2.1.
 *
 * @example
 * const parent = nodeHash(leafHash(a), leafHash(b));
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return sha256(nodeScratch);
}

/** Public data only: not constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Standard base64 in its one canonical spelling (RFC 4648 §3.5), so that no changed character can decode to the same bytes. */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** ASCII decimal without sign, leading zeros or values beyond 2^53 - 1, as checkpoints and proofs write sizes. */
export function parseDecimal(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
