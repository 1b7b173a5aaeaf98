import { randomInt } from 'node:crypto';

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const JITTER_PART = 0.05;
const RANDOM_STEPS = 1_000_000;

/**
 * When the next one is due: up to a twentieth, and a day, early, so that what was set up together is not changed together, and
 * never late. Null = only when somebody says so.
 */
export function nextDue(everyDays: number | null, now: number, random = randomInt(RANDOM_STEPS) / RANDOM_STEPS): number | null {
  if (everyDays === null) return null;
  const period = everyDays * DAY_MS;
  return Math.floor(now + period - random * Math.min(period * JITTER_PART, DAY_MS));
}

/** After one on schedule failed: an hour, two, four, at most a day. */
export function retryDue(everyDays: number | null, now: number, failures: number): number | null {
  return everyDays === null ? null : now + Math.min(HOUR_MS * 2 ** Math.min(failures, 10), DAY_MS);
}
