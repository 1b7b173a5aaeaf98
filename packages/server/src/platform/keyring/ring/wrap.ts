import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { KEY_PURPOSES } from '@holdfast/contract';
import { openBytes, sealBytes } from '../envelope.ts';
import { deriveKey, type RootKey } from '../root-key.ts';
import { closeRing, type FirstRing, type Ring, type RingKey } from './ring-file.ts';

const KEY_BYTES = 32;
export type Purpose = (typeof KEY_PURPOSES)[number];
/** What keys of data subjects were wrapped with before that key had an id of its own. */
export const FIRST_SUBJECTS_KEY = 'subjects';

/** The root key as far as the ring needs it. The root key itself wraps nothing. */
export interface Kek {
  readonly id: string;
  readonly kek: KeyObject;
}

export const toKek = (root: RootKey): Kek => ({ id: root.id, kek: createSecretKey(deriveKey(root.bytes, 'key encryption')) });

/** The key for one purpose of the program, which follows from the ring's key for look-ups. */
export const deriveFor = (mac: KeyObject, purpose: string): KeyObject =>
  createSecretKey(deriveKey(mac.export(), `purpose ${purpose}`));

type Wrapping = Pick<RingKey, 'id' | 'purpose'>;
const placeOf = ({ purpose, id }: Wrapping): string[] => ['keyring', purpose, id];

export const wrapKey = (key: Wrapping, bytes: Uint8Array, { id, kek }: Kek): string =>
  sealBytes(kek, bytes, { keyId: id, place: placeOf(key) }).toString('base64url');

/** Null when it does not open. */
export function unwrapKey(key: Wrapping & { readonly wrapped: string }, { id, kek }: Kek): KeyObject | null {
  const bytes = openBytes(kek, Buffer.from(key.wrapped, 'base64url'), { keyId: id, place: placeOf(key) });
  if (bytes === null) return null;
  const made = createSecretKey(bytes);
  bytes.fill(0);
  return made;
}

export interface NewKey {
  readonly version: number;
  readonly now: number;
  readonly activeFrom: number;
}

/** Random bytes, which stay in this function. */
export function makeKey(purpose: Purpose, { version, now, activeFrom }: NewKey, kek: Kek): RingKey {
  const key = { id: `${purpose === 'subjects' ? 'subj' : purpose}_${randomBytes(6).toString('hex')}`, purpose };
  const bytes = randomBytes(KEY_BYTES);
  const wrapped = wrapKey(key, bytes, kek);
  bytes.fill(0);
  return { ...key, version, wrapped, createdAt: now, activeFrom, retiredAt: null, destroyedAt: null };
}

export function newRing(kek: Kek, now: number): Ring {
  const first = { version: 1, now, activeFrom: now };
  const keys = (['data', 'mac', 'subjects'] as const).map((purpose) => makeKey(purpose, first, kek));
  return closeRing({ revision: 1, root: kek.id, rootChangedAt: now, keys }, kek);
}

/**
 * A ring of the first form as one of the second. The key that wraps those of data subjects followed from the one for look-ups;
 * it becomes a key of the ring with the id under which it was known, so that it can be replaced like the others.
 */
export function upgradeRing(ring: FirstRing, kek: Kek, madeAt: number): Ring | null {
  const keys: RingKey[] = [];
  const versions = new Map<Purpose, number>();
  const add = (key: Wrapping, bytes: KeyObject): void => {
    const version = (versions.get(key.purpose) ?? 0) + 1;
    versions.set(key.purpose, version);
    const wrapped = wrapKey(key, bytes.export(), kek);
    keys.push({ ...key, version, wrapped, createdAt: madeAt, activeFrom: madeAt, retiredAt: null, destroyedAt: null });
  };
  for (const stored of ring.keys) {
    const opened = unwrapKey(stored, kek);
    if (opened === null) return null;
    add({ id: stored.id, purpose: stored.purpose }, opened);
    if (stored.purpose !== 'mac' || versions.has('subjects')) continue;
    add({ id: FIRST_SUBJECTS_KEY, purpose: 'subjects' }, deriveFor(opened, 'subject key encryption'));
  }
  return closeRing({ revision: 1, root: kek.id, rootChangedAt: null, keys }, kek);
}
