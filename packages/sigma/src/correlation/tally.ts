/** What is known of the values in a window; values come and go. */
export interface Tally {
  add(value: Counted): void;
  remove(value: Counted): void;
  /** The quantity that the condition compares, for a window whose newest value is `newest`; null when there is none. */
  read(newest: Counted): number | null;
}

export type Counted = string | number | null;

/** How many values differ. */
export class Distinct implements Tally {
  readonly #counts = new Map<Counted, number>();

  add(value: Counted): void {
    if (value !== null) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  remove(value: Counted): void {
    const left = (this.#counts.get(value) ?? 0) - 1;
    if (left > 0) this.#counts.set(value, left);
    else this.#counts.delete(value);
  }

  read(): number {
    return this.#counts.size;
  }
}

/** How many percent of the values are the newest one: seldom values have few. */
export class Share implements Tally {
  readonly #counts = new Map<Counted, number>();
  #total = 0;

  add(value: Counted): void {
    if (value === null) return;
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    this.#total += 1;
  }

  remove(value: Counted): void {
    if (value === null) return;
    const left = (this.#counts.get(value) ?? 0) - 1;
    if (left > 0) this.#counts.set(value, left);
    else this.#counts.delete(value);
    this.#total -= 1;
  }

  read(newest: Counted): number | null {
    return newest === null ? null : ((this.#counts.get(newest) ?? 0) / this.#total) * 100;
  }
}

/** Sum or average of numbers; values that are none do not count. */
export class Sum implements Tally {
  readonly #isAverage: boolean;
  #sum = 0;
  #count = 0;

  constructor(isAverage: boolean) {
    this.#isAverage = isAverage;
  }

  add(value: Counted): void {
    if (typeof value !== 'number') return;
    this.#sum += value;
    this.#count += 1;
  }

  remove(value: Counted): void {
    if (typeof value !== 'number') return;
    this.#sum -= value;
    this.#count -= 1;
    // What rounding left behind goes with the last value.
    if (this.#count === 0) this.#sum = 0;
  }

  read(): number | null {
    if (this.#count === 0) return null;
    return this.#isAverage ? this.#sum / this.#count : this.#sum;
  }
}

/** A percentile, interpolated between the two nearest ranks; the median is the 50th. */
export class Percentile implements Tally {
  readonly #percentile: number;
  readonly #sorted: number[] = [];

  constructor(percentile: number) {
    this.#percentile = percentile;
  }

  add(value: Counted): void {
    if (typeof value === 'number') this.#sorted.splice(this.#rank(value), 0, value);
  }

  remove(value: Counted): void {
    if (typeof value === 'number') this.#sorted.splice(this.#rank(value), 1);
  }

  read(): number | null {
    if (this.#sorted.length === 0) return null;
    const rank = (this.#percentile / 100) * (this.#sorted.length - 1);
    const low = this.#sorted[Math.floor(rank)] ?? 0;
    const high = this.#sorted[Math.ceil(rank)] ?? low;
    return low + (high - low) * (rank - Math.floor(rank));
  }

  #rank(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
