import { z } from 'zod';
import { BucketSums } from '../state/bucket-sums.ts';
import { HourlyCounts } from '../state/hourly-counts.ts';
import type { TryEntry } from './sign-in-try.ts';
import { TryTally } from './try-tally.ts';

const HOUR_MS = 3_600_000;
const HOUR_PARTS = 12;
const ENTRIES_MAX = 4096;
/** With fewer days nobody knows what is usual. */
const DAYS_MIN = 3;
/** So many known devices have to have tried before their failing says that the sign-in is out of order. */
const KNOWN_MIN = 5;
const OUT_SHARE = 0.8;

interface Shape {
  readonly widthMs: number;
  readonly accounts: number;
  readonly deviations: number;
  readonly tries: number;
}

const saved = z.object({ tally: z.unknown(), hours: z.unknown(), hour: z.unknown(), foundAt: z.number() });

/** The sign-ins of a whole site: what is usual at this hour, and whether signing in works at all. */
export class SiteTries {
  readonly tally: TryTally;
  readonly #shape: Shape;
  readonly #hours = new HourlyCounts();
  readonly #hour = new BucketSums(HOUR_MS, HOUR_PARTS);
  /** When something was found here last, by whatever source. */
  foundAt = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.tally = new TryTally(shape.widthMs, ENTRIES_MAX);
  }

  add(entry: TryEntry): void {
    this.tally.add(entry);
    // A quiet hour is one too, from the first try on.
    this.#hours.add(entry.time, entry.isOk ? 0 : 1);
    this.#hour.add(entry.time, entry.isOk ? 0 : 1);
  }

  get isOut(): boolean {
    return this.tally.known >= KNOWN_MIN && this.tally.knownFailedShare >= OUT_SHARE;
  }

  /** More failures than the median of this hour and so many deviations; a calm site has none, so a square root is one at least. */
  unusual(time: number): { readonly failures: number; readonly usual: number } | null {
    const { accounts, deviations, tries } = this.#shape;
    const { tally } = this;
    if (tally.accounts.size < accounts || tally.failed > tally.accounts.size * tries || tally.failedShare < 0.5) return null;
    const usual = this.#hours.usual(time);
    if (usual === null || usual.days < DAYS_MIN) return null;
    const failures = this.#hour.sum();
    const spread = Math.max(usual.mad, Math.sqrt(usual.median), 1);
    return failures > usual.median + deviations * spread ? { failures, usual: usual.median } : null;
  }

  save(): unknown {
    return { tally: this.tally.save(), hours: this.#hours.save(), hour: this.#hour.save(), foundAt: this.foundAt };
  }

  load(state: unknown): this {
    const { success, data } = saved.safeParse(state);
    if (!success) return this;
    this.tally.load(data.tally);
    this.#hours.load(data.hours);
    this.#hour.load(data.hour);
    this.foundAt = data.foundAt;
    return this;
  }
}
