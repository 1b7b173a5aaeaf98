import type { Fate } from './replay.ts';

/** How many of how many were stopped. */
export interface Count {
  stopped: number;
  of: number;
}

export const percent = ({ stopped, of }: Count): number => (of === 0 ? 0 : Math.round((stopped / of) * 10_000) / 100);

export function count(fates: readonly Fate[]): Count {
  return { stopped: fates.filter(({ isStopped }) => isStopped).length, of: fates.length };
}

/** Counts by a property of the row, most numerous first. */
export function countBy(fates: readonly Fate[], key: (fate: Fate) => string): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (const fate of fates) {
    const name = key(fate);
    const held = counts.get(name) ?? { stopped: 0, of: 0 };
    counts.set(name, { stopped: held.stopped + (fate.isStopped ? 1 : 0), of: held.of + 1 });
  }
  return new Map([...counts].toSorted((left, right) => right[1].of - left[1].of));
}

/** Unweighted mean of the rates: a class of five rows counts as much as one of two thousand. */
export function classMean(counts: ReadonlyMap<string, Count>): number {
  const rates = [...counts.values()].map(percent);
  return Math.round((rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length)) * 100) / 100;
}

/** (TPR + TNR) / 2, percent. */
export function balancedAccuracy(attacks: Count, honest: Count): number {
  return Math.round(((percent(attacks) + 100 - percent(honest)) / 2) * 100) / 100;
}
