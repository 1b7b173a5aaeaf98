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

/** Values by key, bounded: the key that was not touched for longest goes first, and is counted. */
export class KeyedTable<V> {
  readonly #values = new Map<string, V>();
  readonly #parts: TableParts<V>;
  #evicted = 0;

  constructor(parts: TableParts<V>) {
    this.#parts = parts;
  }

  /** Without touching it. */
  peek(key: string): V | undefined {
    return this.#values.get(key);
  }

  /** What stands there, or begins there now. */
  touch(key: string): V {
    const held = this.#values.get(key);
    if (held !== undefined) this.#values.delete(key);
    const value = held ?? this.#parts.make(key);
    this.#values.set(key, value);
    if (held === undefined && this.#values.size > (this.#parts.keysMax ?? KEYS_MAX)) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.delete(oldest);
      this.#evicted += 1;
    }
    return value;
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#parts.onGone?.(value);
  }

  /** Lets those go that were not touched for longest and are over; not counted as evicted. */
  sweep(isOver: (value: V) => boolean): void {
    let swept = 0;
    for (const [key, value] of this.#values) {
      if (swept >= SWEPT_MAX || !isOver(value)) return;
      this.delete(key);
      swept += 1;
    }
  }

  get size(): number {
    return this.#values.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  save(pack: (value: V) => unknown): unknown {
    const all = [...this.#values];
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
      this.#values.set(key, value);
      taken += 1;
    }
    return taken;
  }
}
