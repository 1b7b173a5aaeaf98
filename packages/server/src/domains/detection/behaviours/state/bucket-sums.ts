import { z } from 'zod';

const saved = z.array(z.tuple([z.number(), z.number().min(0)]));

/** A sum over a sliding window, in parts: too long by one part at most. */
export class BucketSums {
  readonly #partMs: number;
  readonly #parts: number;
  readonly #sums = new Map<number, number>();
  #newest = 0;

  constructor(widthMs: number, parts: number) {
    this.#partMs = widthMs / parts;
    this.#parts = parts;
  }

  add(time: number, amount: number): void {
    const part = Math.floor(time / this.#partMs);
    if (part < this.#newest - this.#parts) return;
    this.#sums.set(part, (this.#sums.get(part) ?? 0) + amount);
    if (part <= this.#newest) return;
    this.#newest = part;
    for (const old of this.#sums.keys()) if (old < part - this.#parts) this.#sums.delete(old);
  }

  /** Of the last `share` of the window, ending with the newest part. */
  sum(share = 1): number {
    const since = this.#newest - Math.round(this.#parts * share);
    let sum = 0;
    for (const [part, amount] of this.#sums) if (part >= since) sum += amount;
    return sum;
  }

  /** When the newest part began. */
  get newestMs(): number {
    return this.#newest * this.#partMs;
  }

  save(): unknown {
    return [...this.#sums];
  }

  load(state: unknown): void {
    const { success, data } = saved.safeParse(state);
    if (!success) return;
    for (const [part, amount] of data.slice(-(this.#parts + 1))) {
      this.#sums.set(part, amount);
      this.#newest = Math.max(this.#newest, part);
    }
  }
}
