import { createHash, type KeyObject } from 'node:crypto';
import { KEY_PURPOSES, RING_KEYS_MAX } from '@holdfast/contract';
import { z } from 'zod';
import { openBytes, sealBytes } from '../envelope.ts';
import type { RootKey } from '../root-key.ts';

const CHECK_TEXT = 'holdfast';

const id = z.string().max(64);
const wrapped = z.string().max(256);
const time = z.number().int().nonnegative();

/** As the first releases wrote it: one key for each purpose, and none of them ever changed. */
const firstSchema = z.strictObject({
  version: z.literal(1),
  root: id,
  check: wrapped,
  keys: z.array(z.strictObject({ id, purpose: z.enum(['data', 'mac']), wrapped })).max(RING_KEYS_MAX),
});
export type FirstRing = z.infer<typeof firstSchema>;

const keySchema = z.strictObject({
  id,
  purpose: z.enum(KEY_PURPOSES),
  /** Of its purpose, from 1. The highest that has begun seals, all others only open. */
  version: z.number().int().positive(),
  /** Null = destroyed. */
  wrapped: wrapped.nullable(),
  createdAt: time,
  /** Nodes that share the ring must know a key before the first of them seals with it. */
  activeFrom: time,
  /** Since when nothing lies under it; null = not known. */
  retiredAt: time.nullable(),
  destroyedAt: time.nullable(),
});
export type RingKey = z.infer<typeof keySchema>;

const ringSchema = z.strictObject({
  version: z.literal(2),
  /** Grows with each change: of two copies of a ring the one with the higher number is the later. */
  revision: z.number().int().positive(),
  /** Id of the root key that these keys are wrapped with. */
  root: id,
  rootChangedAt: time.nullable(),
  /** Opens with the right root key and with no other, and only as long as nothing in the ring was changed. */
  check: wrapped,
  /** Oldest first. */
  keys: z.array(keySchema).max(RING_KEYS_MAX),
});
export type Ring = z.infer<typeof ringSchema>;
export type StoredRing = Ring | FirstRing;

const storedSchema = z.discriminatedUnion('version', [firstSchema, ringSchema]);

/** Throws for what is none. */
export const parseRing = (text: string): StoredRing => storedSchema.parse(JSON.parse(text));

export const formatRing = (ring: Ring): string => `${JSON.stringify(ring, null, 2)}\n`;

/** What the check value is bound to: everything but itself. */
function checkPlace(ring: Omit<Ring, 'check'>): string[] {
  const { revision, root, rootChangedAt, keys } = ring;
  const digest = createHash('sha256').update(JSON.stringify([revision, root, rootChangedAt, keys.map(inOrder)]));
  return ['keyring', 'check', digest.digest('hex')];
}

/** JSON keeps the order of names as they were written, and PostgreSQL or an editor may not. */
const inOrder = (key: RingKey): unknown[] => [
  key.id,
  key.purpose,
  key.version,
  key.wrapped,
  key.createdAt,
  key.activeFrom,
  key.retiredAt,
  key.destroyedAt,
];

/** The ring with its check value. */
export function closeRing(ring: Omit<Ring, 'check' | 'version'>, { id: keyId, kek }: { id: string; kek: KeyObject }): Ring {
  const place = checkPlace({ ...ring, version: 2 });
  return { version: 2, ...ring, check: sealBytes(kek, Buffer.from(CHECK_TEXT), { keyId, place }).toString('base64url') };
}

/** `another`: it belongs to another root key. `changed`: it was altered or cut. */
export function judgeRing(ring: StoredRing, root: Pick<RootKey, 'id'>, kek: KeyObject): 'fits' | 'another' | 'changed' {
  if (ring.root !== root.id) return 'another';
  const place = ring.version === 1 ? ['keyring', 'check'] : checkPlace(ring);
  const opened = openBytes(kek, Buffer.from(ring.check, 'base64url'), { keyId: root.id, place });
  return opened?.toString() === CHECK_TEXT ? 'fits' : 'changed';
}

/** Two copies are of one ring when their first key for look-ups is the same one: it never changes. */
export function isSameRing(one: StoredRing, other: StoredRing): boolean {
  const mac = (ring: StoredRing): string | undefined => ring.keys.find(({ purpose }) => purpose === 'mac')?.id;
  return mac(one) !== undefined && mac(one) === mac(other);
}

/** The keys of both; of one that both have the later state. What was destroyed stays destroyed. */
export function mergeKeys(later: Ring, earlier: Ring): RingKey[] {
  const keys = new Map(earlier.keys.map((key) => [key.id, key]));
  for (const key of later.keys) {
    const known = keys.get(key.id);
    const isGoneThere = known !== undefined && known.destroyedAt !== null && key.destroyedAt === null;
    keys.set(key.id, isGoneThere ? known : key);
  }
  return [...keys.values()].sort((one, other) => one.createdAt - other.createdAt || one.version - other.version);
}
