import { evidenceSchema, EVIDENCE_MAX, type Evidence } from '@holdfast/contract';
import { z } from 'zod';
import { BucketSums } from '../state/bucket-sums.ts';
import { Quantiles } from '../state/quantiles.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
const HOUR_PARTS = 12;
const DAY_PARTS = 24;
/** What it fetched a month ago counts for a fifth of what it fetched yesterday: the mean of EWMA, for percentiles. */
const FADE_PER_DAY = 0.95;
const USUAL_MOST = 0.995;
/** Reports are made around the end of a month. */
const MONTH_FROM_DAY = 29;
const MONTH_TO_DAY = 3;
const SAVED_EVIDENCE_MAX = 20;

/** What one asker fetched in one hour and one day that are over. */
export interface Over {
  readonly hours: number | null;
  readonly days: number | null;
}

const saved = z.object({
  hour: z.unknown(),
  day: z.unknown(),
  hours: z.unknown(),
  days: z.unknown(),
  monthEnd: z.tuple([z.number().min(0), z.number().min(0)]),
  now: z.object({ hour: z.number(), hourBytes: z.number(), day: z.number(), dayBytes: z.number() }),
  activeDays: z.number().int().min(0),
  firedAt: z.number(),
  evidence: z.array(evidenceSchema).max(EVIDENCE_MAX),
});

/** What one account or session fetches: now, and usually. Fixed in size however long it is known. */
export class Volume {
  readonly #hour = new BucketSums(HOUR_MS, HOUR_PARTS);
  readonly #day = new BucketSums(DAY_MS, DAY_PARTS);
  /** Of hours and days that are over and in which it was there. */
  readonly #hours = new Quantiles();
  readonly #days = new Quantiles();
  /** The most of an hour and of a day at ends of months. */
  #monthEnd: [number, number] = [0, 0];
  #now = { hour: -1, hourBytes: 0, day: -1, dayBytes: 0 };
  #evidence: Evidence[] = [];
  heaviest = 0;
  activeDays = 0;
  requests = 0;
  firedAt = 0;

  /** Tells of hours and days that it ended. */
  add(time: number, bytes: number): Over[] {
    this.#hour.add(time, bytes);
    this.#day.add(time, bytes);
    this.requests += 1;
    const over = this.#turn(time);
    // What comes late is counted for the hour in which it comes: an hour's edge moves by two minutes at most.
    this.#now.hourBytes += bytes;
    this.#now.dayBytes += bytes;
    return over;
  }

  #turn(time: number): Over[] {
    const hour = Math.floor(time / HOUR_MS);
    const day = Math.floor(time / DAY_MS);
    const now = this.#now;
    if (hour <= now.hour) return [];
    const endedHour = now.hour < 0 ? null : now.hourBytes;
    const endedDay = now.day < 0 || day === now.day ? null : now.dayBytes;
    if (endedHour !== null) this.#learn(0, { bytes: endedHour, day: now.day });
    if (endedDay !== null) {
      this.#learn(1, { bytes: endedDay, day: now.day });
      this.activeDays += 1;
      for (const sketch of [this.#hours, this.#days]) sketch.fade(FADE_PER_DAY ** Math.min(60, day - now.day));
      this.requests = 1;
    }
    this.#now = { hour, hourBytes: 0, day, dayBytes: day === now.day ? now.dayBytes : 0 };
    return endedHour === null ? [] : [{ hours: endedHour, days: endedDay }];
  }

  /** A day on which it was told of is not what is usual: the next one would pass. */
  #learn(which: 0 | 1, { bytes, day }: { bytes: number; day: number }): void {
    if (this.firedAt >= day * DAY_MS && this.firedAt < (day + 1) * DAY_MS) return;
    if (isMonthEnd(day * DAY_MS)) this.#monthEnd[which] = Math.max(this.#monthEnd[which], bytes);
    else (which === 0 ? this.#hours : this.#days).add(bytes);
  }

  sum(window: 'hour' | 'day'): number {
    return window === 'hour' ? this.#hour.sum() : this.#day.sum();
  }

  /** The most that is usual; at an end of a month also what was so at others. */
  usual(window: 'hour' | 'day', time: number): number {
    const plain = (window === 'hour' ? this.#hours : this.#days).at(USUAL_MOST);
    return isMonthEnd(time) ? Math.max(plain, this.#monthEnd[window === 'hour' ? 0 : 1]) : plain;
  }

  remember(evidence: Evidence, bytes: number): void {
    this.heaviest = Math.max(this.heaviest * 0.99, bytes);
    this.#evidence.push(evidence);
    if (this.#evidence.length > EVIDENCE_MAX) this.#evidence.shift();
  }

  get evidence(): readonly Evidence[] {
    const since = (this.#evidence.at(-1)?.time ?? 0) - DAY_MS;
    return this.#evidence.filter(({ time }) => time >= since);
  }

  save(): unknown {
    return {
      hour: this.#hour.save(),
      day: this.#day.save(),
      hours: this.#hours.save(),
      days: this.#days.save(),
      monthEnd: this.#monthEnd,
      now: this.#now,
      activeDays: this.activeDays,
      firedAt: this.firedAt,
      evidence: this.#evidence.slice(-SAVED_EVIDENCE_MAX),
    };
  }

  static load(state: unknown): Volume | null {
    const { success, data } = saved.safeParse(state);
    if (!success) return null;
    const volume = new Volume();
    volume.#hour.load(data.hour);
    volume.#day.load(data.day);
    volume.#hours.load(data.hours);
    volume.#days.load(data.days);
    volume.#monthEnd = data.monthEnd;
    volume.#now = data.now;
    volume.activeDays = data.activeDays;
    volume.firedAt = data.firedAt;
    volume.#evidence = data.evidence;
    return volume;
  }
}

function isMonthEnd(time: number): boolean {
  const day = new Date(time).getUTCDate();
  return day >= MONTH_FROM_DAY || day <= MONTH_TO_DAY;
}
