import type { KeyObject } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import type { Ring, RingKey } from './ring-file.ts';
import { unwrapKey, type Kek, type Purpose } from './wrap.ts';

export interface OpenedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of a ring, ready for use. Another state of the same ring is taken over whole, or not at all. */
export class OpenedRing {
  readonly #now: () => number;
  #ring: Ring;
  /** Null = the keys were put away. */
  #kek: Kek | null;
  #keys: ReadonlyMap<string, KeyObject>;
  /** Who seals, until the next key begins. */
  readonly #sealing = new Map<Purpose, OpenedKey & { readonly until: number }>();

  constructor(ring: Ring, kek: Kek, now: () => number) {
    this.#now = now;
    this.#ring = ring;
    this.#kek = kek;
    this.#keys = openKeys(ring, kek, new Map());
  }

  get ring(): Ring {
    return this.#ring;
  }

  get kek(): Kek {
    if (this.#kek === null) throw new Refusal('keyring-sealed');
    return this.#kek;
  }

  get isSealed(): boolean {
    return this.#kek === null;
  }

  /**
   * Lets go of the keys that seal what is stored, and of the one that opens the ring; {@link OpenedRing.adopt} with that one brings
   * them back. What makes pseudonyms and wraps keys of data subjects stays: traffic that goes on is recorded, and no record is made
   * without those.
   */
  putAway(): void {
    const dropped = new Set(this.#ring.keys.filter(({ purpose }) => purpose === 'data').map(({ id }) => id));
    this.#keys = new Map([...this.#keys].filter(([id]) => !dropped.has(id)));
    this.#kek = null;
    this.#sealing.clear();
  }

  /** Keys that are open stay the objects that they are; those that were destroyed are forgotten. */
  adopt(ring: Ring, kek: Kek = this.kek): void {
    this.#keys = openKeys(ring, kek, this.#keys);
    this.#ring = ring;
    this.#kek = kek;
    this.#sealing.clear();
  }

  find(id: string): KeyObject | null {
    const key = this.#keys.get(id) ?? null;
    if (key === null && this.#kek === null) throw new Refusal('keyring-sealed');
    return key;
  }

  /** Of the key that seals now, or would if the keys were not put away. */
  activeId(purpose: Purpose): string {
    return activeKey(this.#ring, purpose, this.#now())?.id ?? '';
  }

  /** The key of this purpose that seals now. */
  sealing(purpose: Purpose): OpenedKey {
    if (this.#kek === null && purpose === 'data') throw new Refusal('keyring-sealed');
    const held = this.#sealing.get(purpose);
    const now = this.#now();
    if (held !== undefined && now < held.until) return held;
    const active = activeKey(this.#ring, purpose, now);
    const key = active === null ? null : this.find(active.id);
    if (active === null || key === null) throw new Refusal('key-wrong', { detail: 'keys/keyring.json holds no usable keys.' });
    const later = this.#ring.keys.filter((other) => other.purpose === purpose && other.activeFrom > now);
    const found = { id: active.id, key, until: Math.min(Infinity, ...later.map(({ activeFrom }) => activeFrom)) };
    this.#sealing.set(purpose, found);
    return found;
  }
}

/** The latest that has begun. Null = there is none, which no ring of ours is. */
export function activeKey(ring: Ring, purpose: Purpose, now: number): RingKey | null {
  const begun = ring.keys.filter((key) => key.purpose === purpose && key.wrapped !== null && key.activeFrom <= now);
  // A clock that was set back must not leave the house without a key.
  const usable = begun.length > 0 ? begun : ring.keys.filter((key) => key.purpose === purpose && key.wrapped !== null);
  return usable.reduce<RingKey | null>((best, key) => (best === null || key.version > best.version ? key : best), null);
}

function openKeys(ring: Ring, kek: Kek, known: ReadonlyMap<string, KeyObject>): ReadonlyMap<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const { id, purpose, wrapped } of ring.keys) {
    if (wrapped === null) continue;
    const key = known.get(id) ?? unwrapKey({ id, purpose, wrapped }, kek);
    if (key === null)
      throw new Refusal('key-wrong', { detail: `Key ${id} of keys/keyring.json does not open: restore the file.` });
    keys.set(id, key);
  }
  return keys;
}
