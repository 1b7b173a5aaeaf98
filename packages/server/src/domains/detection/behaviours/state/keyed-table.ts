import { z } from 'zod';

export const KEYS_MAX = 200_000;
/** Of one call: a table that empties must not hold up the event that came. */
const SWEPT_MAX = 64;
/** Of what is kept over a restart. The ones that were seen last are the ones that matter. */
const SAVED_KEYS_MAX = 20_000;

interface TableParts<V> {
  readonly make: (key: string) => V;
  readonly keysMax?: number;
  /** Whoever goes gives back what it held. */
  readonly onGone?: (value: V) => void;
}

const savedTable = z.array(z.tuple([z.string().max(512), z.unknown()]));

interface Place<V> {
  readonly key: string;
  readonly value: V;
  older: Place<V> | null;
  newer: Place<V> | null;
}

/**
 * Values by key, bounded: the key that was not touched for longest goes first, and is counted. The order is a chain of its own:
 * a map alone would be walked over every place that was left to find its oldest key.
 */
export class KeyedTable<V> {
  readonly #places = new Map<string, Place<V>>();
  readonly #parts: TableParts<V>;
  #oldest: Place<V> | null = null;
  #newest: Place<V> | null = null;
  #evicted = 0;

  constructor(parts: TableParts<V>) {
    this.#parts = parts;
  }

  /** Without touching it. */
  peek(key: string): V | undefined {
    return this.#places.get(key)?.value;
  }

  /** What stands there, or begins there now. */
  touch(key: string): V {
    const held = this.#places.get(key);
    if (held !== undefined) {
      this.#unlink(held);
      this.#append(held);
      return held.value;
    }
    const { value } = this.#add(key, this.#parts.make(key));
    if (this.#places.size > (this.#parts.keysMax ?? KEYS_MAX)) {
      if (this.#oldest !== null) this.delete(this.#oldest.key);
      this.#evicted += 1;
    }
    return value;
  }

  delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#unlink(place);
    this.#parts.onGone?.(place.value);
  }

  /** Lets those go that were not touched for longest and are over; not counted as evicted. */
  sweep(isOver: (value: V) => boolean): void {
    for (let swept = 0; swept < SWEPT_MAX && this.#oldest !== null && isOver(this.#oldest.value); swept += 1)
      this.delete(this.#oldest.key);
  }

  #add(key: string, value: V): Place<V> {
    const place: Place<V> = { key, value, older: null, newer: null };
    this.#places.set(key, place);
    this.#append(place);
    return place;
  }

  #append(place: Place<V>): void {
    place.older = this.#newest;
    if (this.#newest === null) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
  }

  #unlink(place: Place<V>): void {
    const { older, newer } = place;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    place.older = null;
    place.newer = null;
  }

  get size(): number {
    return this.#places.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** Oldest first. */
  *entries(): Generator<readonly [string, V]> {
    for (let place = this.#oldest; place !== null; place = place.newer) yield [place.key, place.value];
  }

  save(pack: (value: V) => unknown): unknown {
    const all = [...this.entries()];
    return all.slice(-SAVED_KEYS_MAX).map(([key, value]) => [key, pack(value)]);
  }

  /** `unpack` answers null for what it cannot use. Gives how many were taken. */
  load(state: unknown, unpack: (packed: unknown, key: string) => V | null): number {
    const { success, data } = savedTable.safeParse(state);
    if (!success) return 0;
    let taken = 0;
    for (const [key, packed] of data.slice(-(this.#parts.keysMax ?? KEYS_MAX))) {
      const value = unpack(packed, key);
      if (value === null) continue;
      const known = this.#places.get(key);
      if (known !== undefined) this.#unlink(known);
      this.#add(key, value);
      taken += 1;
    }
    return taken;
  }
}
