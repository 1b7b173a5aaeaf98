import { LATENESS_MS } from './lateness.ts';

export interface Timed {
  readonly time: number;
}

interface Shape<T> {
  readonly widthMs: number;
  /** The oldest go first, and are counted. */
  readonly entriesMax: number;
  /** Told of each entry that is no longer within, so that sums need not be made anew. */
  readonly onGone?: (entry: T) => void;
}

/** Entries of the last while, by the time of their events: one that comes late takes its place. */
export class EventWindow<T extends Timed> {
  readonly #shape: Shape<T>;
  #entries: T[] = [];
  /** How many went because there were too many; they are still within the window. */
  #cut = 0;

  constructor(shape: Shape<T>) {
    this.#shape = shape;
  }

  /** False = it came too late. */
  add(entry: T): boolean {
    const { widthMs, entriesMax } = this.#shape;
    const newest = this.newest;
    if (entry.time < newest - Math.min(widthMs, LATENESS_MS)) return false;
    let at = this.#entries.length;
    while (at > 0 && (this.#entries[at - 1]?.time ?? 0) > entry.time) at -= 1;
    if (at === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(at, 0, entry);
    this.advance(entry.time);
    if (this.#entries.length > entriesMax) {
      // A quarter at once: moving the rest up for each single entry would cost as much as there are.
      const out = Math.ceil(entriesMax / 4);
      this.#drop(out);
      this.#cut += out;
    }
    return true;
  }

  /** As if nothing came until `now`. */
  advance(now: number): void {
    const since = Math.max(now, this.newest) - this.#shape.widthMs;
    let old = 0;
    while (old < this.#entries.length && (this.#entries[old]?.time ?? 0) < since) old += 1;
    if (old === 0) return;
    this.#drop(old);
    this.#cut = 0;
  }

  #drop(count: number): void {
    const gone = this.#entries.splice(0, count);
    const { onGone } = this.#shape;
    if (onGone !== undefined) for (const entry of gone) onGone(entry);
  }

  get newest(): number {
    return this.#entries.at(-1)?.time ?? 0;
  }

  get oldest(): number {
    return this.#entries[0]?.time ?? 0;
  }

  /** Oldest first. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  get cut(): number {
    return this.#cut;
  }

  clear(): void {
    this.#drop(this.#entries.length);
    this.#cut = 0;
  }
}
