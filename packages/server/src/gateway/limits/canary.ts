import type { Application } from '@holdfast/contract';
import { parseAddress } from '../../platform/address.ts';
import type { Exchange } from '../exchange.ts';

/** The share is decided on hundredths of a percent, so that small shares stay near what they say. */
const PARTS = 10_000;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const words = new Uint32Array(4);

function mixWord(hash: number, word: number): number {
  let mixed = hash;
  for (let shift = 0; shift < 32; shift += 8) mixed = Math.imul(mixed ^ ((word >>> shift) & 0xff), FNV_PRIME);
  return mixed;
}

/** Neighbouring addresses must not fall together: FNV-1a ends with little spread in its high bits (murmur3 finaliser). */
function spread(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Whether this client is one of the share that is judged as if the application enforced. The same client always is or never
 * is, in every process, as long as the promotion lasts. No secret is needed: who is outside is judged as before.
 */
export function isInCanary({ id, canary }: Application, address: string): boolean {
  if (canary === null) return false;
  if (canary.share >= 100) return true;
  let hash = FNV_OFFSET;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), FNV_PRIME);
  hash = mixWord(mixWord(hash, Math.trunc(canary.since / 2 ** 32)), canary.since >>> 0);
  const bits = parseAddress(address, words);
  // One household holds an IPv6 /64 and changes the rest of its address by the day (RFC 8981).
  const count = bits === 32 ? 1 : 2;
  for (let index = 0; index < count; index += 1) hash = mixWord(hash, words[index] ?? 0);
  return spread(hash) % PARTS < canary.share * (PARTS / 100);
}

/** Whether what can be read in two ways is refused: not while only one class of attack is on trial. */
export function refusesDoubt({ mode, application }: Pick<Exchange, 'mode' | 'application'>): boolean {
  if (mode !== 'canary') return mode === 'enforce';
  return application?.mode === 'enforce' || application?.canary?.group === null;
}
