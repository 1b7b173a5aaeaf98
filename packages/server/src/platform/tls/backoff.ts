export const BACKOFF_MIN_MS = 300_000;
export const BACKOFF_MAX_MS = 43_200_000;
const JITTER = 0.1;

/**
 * How long to wait after the nth failure in a row: 5 minutes doubling to 12 hours, plus up to a tenth, so that many
 * installations that failed together do not return together. `random` is in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const doubled = BACKOFF_MIN_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20);
  const base = Math.min(doubled, BACKOFF_MAX_MS);
  return Math.round(base * (1 + JITTER * random));
}
