import type { Counted, Tally } from './tally.ts';

/** Events of one group in the order of their time, whatever order they came in. */
export class Window {
  times: number[] = [];
  /** What each event counts with: a value, or the number of the rule that matched. Empty where only the count matters. */
  values: Counted[] = [];
  /** When it fired last, in event time. */
  firedAt: number | null = null;
  /** Touched since somebody looked for groups to let go. */
  isRecent = true;
  /** Over the events from `tallyFrom` to the newest; null when it must be made anew. */
  #tally: Tally | null = null;
  #tallyFrom = 0;

  get size(): number {
    return this.times.length;
  }

  get newest(): number {
    return this.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Puts an event behind those of the same time or earlier and says where that is. `undefined` keeps no value. */
  insert(timeMs: number, value: Counted | undefined): number {
    if (timeMs >= this.newest) {
      this.times.push(timeMs);
      if (value !== undefined) {
        this.values.push(value);
        this.#tally?.add(value);
      }
      return this.times.length - 1;
    }
    const at = this.after(timeMs);
    this.times.splice(at, 0, timeMs);
    if (value !== undefined) this.values.splice(at, 0, value);
    this.#tally = null;
    return at;
  }

  /** Forgets events up to a time, and the oldest ones beyond `max`; says how many it forgot for either reason. */
  forget(until: number, max: number): { expired: number; dropped: number } {
    const over = Math.max(0, this.times.length - max);
    if (over === 0 && (this.times[0] ?? Number.POSITIVE_INFINITY) > until) return NOTHING;
    const expired = this.after(until);
    const gone = Math.max(expired, over);
    // Moving the rest costs as much as there is: a few that are over may wait.
    if (over === 0 && gone < this.times.length && gone < this.times.length >> 2) return NOTHING;
    this.times.splice(0, gone);
    if (this.values.length > 0) this.values.splice(0, gone);
    if (this.#tally !== null && this.#tallyFrom >= gone) this.#tallyFrom -= gone;
    else this.#tally = null;
    return { expired: Math.min(expired, gone), dropped: gone - Math.min(expired, gone) };
  }

  /** Number of the first event later than a time. */
  after(timeMs: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? 0) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The values since event `first`; kept from call to call, so that an event costs one step in and one out. */
  tallyFrom(first: number, make: () => Tally): Tally {
    if (this.#tally === null || this.#tallyFrom > first) {
      this.#tally = make();
      this.#tallyFrom = first;
      for (let index = first; index < this.values.length; index += 1) this.#tally.add(this.values[index] ?? null);
    }
    for (; this.#tallyFrom < first; this.#tallyFrom += 1) this.#tally.remove(this.values[this.#tallyFrom] ?? null);
    return this.#tally;
  }
}

const NOTHING = { expired: 0, dropped: 0 } as const;
