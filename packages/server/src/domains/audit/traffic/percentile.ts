import { LATENCY_BOUNDS } from './counting.ts';

/** By upper bound in microseconds. */
export type Histogram = ReadonlyMap<number, number>;

/**
 * The value below which so large a share lies, taken as evenly spread within its bucket; null for an empty histogram.
 *
 * @example percentile(new Map([[90, 10]]), 0.5) // between 60 and 90
 */
export function percentile(histogram: Histogram, share: number): number | null {
  const bounds = [...histogram.keys()].toSorted((a, b) => a - b);
  const total = bounds.reduce((sum, bound) => sum + (histogram.get(bound) ?? 0), 0);
  if (total === 0) return null;
  const wanted = total * share;
  let below = 0;
  for (const bound of bounds) {
    const count = histogram.get(bound) ?? 0;
    if (below + count >= wanted) {
      const lower = LATENCY_BOUNDS.findLast((other) => other < bound) ?? 0;
      return Math.round(lower + ((bound - lower) * (wanted - below)) / Math.max(1, count));
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}
