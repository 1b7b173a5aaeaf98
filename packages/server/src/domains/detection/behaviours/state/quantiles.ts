import { z } from 'zod';

/** A quantile is at most this share off. */
export const QUANTILE_ERROR = 0.02;
const GROWTH = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR);
const LOG_GROWTH = Math.log(GROWTH);
/** 2 % steps from one to 10^17: more bins there cannot be, so nothing has to be folded. */
const BIN_MAX = 1024;

const saved = z.array(z.tuple([z.number().int().min(0).max(BIN_MAX), z.number().min(0)])).max(BIN_MAX + 1);

/**
 * Quantiles of numbers from zero on, in bins that grow by 4 %: what it answers is within 2 % of the value at that rank
 * (C. Masson and others, "DDSketch", 2019, without negative numbers). Values below one count as zero.
 */
export class Quantiles {
  readonly #bins = new Map<number, number>();
  #total = 0;

  /** With a weight: a value may stand for several, or fade. */
  add(value: number, weight = 1): void {
    if (!(value >= 0) || !(weight > 0)) return;
    // Bin 0 holds what is below one.
    const bin = value < 1 ? 0 : Math.min(BIN_MAX, 1 + Math.ceil(Math.log(value) / LOG_GROWTH));
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + weight);
    this.#total += weight;
  }

  get total(): number {
    return this.#total;
  }

  /** Zero where nothing came. */
  at(share: number): number {
    const rank = share * this.#total;
    let below = 0;
    for (const [bin, weight] of [...this.#bins].toSorted(([a], [b]) => a - b)) {
      below += weight;
      if (below >= rank) return bin === 0 ? 0 : (2 * GROWTH ** (bin - 1)) / (GROWTH + 1);
    }
    return 0;
  }

  /** Everything so far counts for so much less. */
  fade(factor: number): void {
    this.#total = 0;
    for (const [bin, weight] of this.#bins) {
      if (weight * factor < 0.01) this.#bins.delete(bin);
      else this.#bins.set(bin, weight * factor);
      this.#total += this.#bins.get(bin) ?? 0;
    }
  }

  save(): unknown {
    return [...this.#bins];
  }

  load(state: unknown): void {
    const { success, data } = saved.safeParse(state);
    if (!success) return;
    for (const [bin, weight] of data) {
      this.#bins.set(bin, weight);
      this.#total += weight;
    }
  }
}
