import { z } from 'zod';
import { madOf, medianOf } from './baselines.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

const saved = z.array(z.tuple([z.number().int(), z.number().min(0)]));

/** How often something happened in each hour of the last days, and what is usual for one hour of the day. */
export class HourlyCounts {
  readonly #days: number;
  /** Hours since the epoch. */
  readonly #hours = new Map<number, number>();

  constructor(days = 14) {
    this.#days = days;
  }

  add(time: number, count = 1): void {
    const hour = Math.floor(time / HOUR_MS);
    const before = this.#hours.get(hour);
    this.#hours.set(hour, (before ?? 0) + count);
    if (before !== undefined) return;
    for (const old of this.#hours.keys()) if (old < hour - this.#days * DAY_HOURS) this.#hours.delete(old);
  }

  /** Of the same hour on the days before, days on which nothing happened included from the first one seen; null = no day yet. */
  usual(time: number): { readonly median: number; readonly mad: number; readonly days: number } | null {
    const hour = Math.floor(time / HOUR_MS);
    const first = Math.min(...this.#hours.keys());
    const values: number[] = [];
    for (let day = 1; day <= this.#days; day += 1) {
      const then = hour - day * DAY_HOURS;
      if (then >= first) values.push(this.#hours.get(then) ?? 0);
    }
    return values.length === 0 ? null : { median: medianOf(values), mad: madOf(values), days: values.length };
  }

  save(): unknown {
    return [...this.#hours];
  }

  load(state: unknown): void {
    const { success, data } = saved.safeParse(state);
    if (!success) return;
    for (const [hour, count] of data.slice(-(this.#days + 1) * DAY_HOURS)) this.#hours.set(hour, count);
  }
}
