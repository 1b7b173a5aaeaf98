import type { IdentityKey } from '@holdfast/contract';

const HOUR_MS = 3_600_000;
/** A key is published for so long before it signs, and after it was the last to sign: no list that applications keep is that old. */
export const OVERLAP_MS = HOUR_MS;
/** All gateways of all nodes have another list of keys after this, also where notes between them are lost. */
export const SOON_MS = 15_000;
/** How long a key signs. */
export const SIGNING_MS = 30 * 24 * HOUR_MS;

export interface SigningKey extends IdentityKey {
  /** From then on it is published no longer. */
  readonly retiresAt: number;
}

/**
 * When the next key has to begin to sign; null = not yet. The first signs at once, because nobody knows another. A key that
 * nobody replaced in time, as after months without power, goes on signing until its successor has been published for a while.
 */
export function nextKeyBegins(keys: readonly Pick<SigningKey, 'notBefore'>[], now: number): number | null {
  if (keys.length === 0) return now;
  const newest = Math.max(...keys.map(({ notBefore }) => notBefore));
  const isDue = now >= newest + SIGNING_MS - OVERLAP_MS;
  return isDue ? Math.max(newest + SIGNING_MS, now + OVERLAP_MS) : null;
}

/** A key retires an hour after its successor began to sign. Until there is one, it has no end. */
export const retiresAfter = (successorNotBefore: number): number => successorNotBefore + OVERLAP_MS;
