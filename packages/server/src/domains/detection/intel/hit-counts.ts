import type { EventRecord, IndicatorKind } from '@holdfast/contract';
import { hitsOf } from './listed-event.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Requests of the last day that met something listed, by the hour; begun anew with the process. */
export class HitCounts {
  readonly #hours = new Map<number, { day: number; refused: number }>();

  /** Answers what was met, for metrics. */
  observe(event: EventRecord): readonly { readonly kind: IndicatorKind; readonly action: string }[] {
    const hits = hitsOf(event);
    if (hits.length === 0) return hits;
    const hour = Math.floor(event.time / HOUR_MS);
    const held = this.#hours.get(hour) ?? { day: 0, refused: 0 };
    held.day += 1;
    if (event.reason === 'intel') held.refused += 1;
    this.#hours.set(hour, held);
    for (const old of this.#hours.keys()) if (old < hour - HOURS) this.#hours.delete(old);
    return hits;
  }

  totals(now: number): { day: number; refused: number } {
    const since = Math.floor(now / HOUR_MS) - HOURS;
    const total = { day: 0, refused: 0 };
    for (const [hour, { day, refused }] of this.#hours) {
      if (hour <= since) continue;
      total.day += day;
      total.refused += refused;
    }
    return total;
  }
}
