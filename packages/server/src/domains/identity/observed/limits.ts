import type { SIGN_IN_COUNTERS } from '@holdfast/contract';

export type CounterKind = (typeof SIGN_IN_COUNTERS)[number];

/** So many wrong tries cost nothing but the try; after them each further one waits twice as long as the one before. */
interface Limit {
  readonly free: number;
  /** Without a try for so long the count begins anew. Longer than any wait, or waiting would be the way to begin anew. */
  readonly quietMs: number;
}

const HOUR_MS = 3_600_000;
const WAIT_FIRST_MS = 30_000;
const WAIT_MS_MAX = HOUR_MS;

/**
 * Accounts and devices as at our own sign-in; there is no hard stop, because an application's account has no operator here
 * who could lift it. Sources are for spraying: one address that tries many accounts, and its network for those who have a whole one.
 */
export const LIMITS: Readonly<Record<CounterKind, Limit>> = {
  account: { free: 10, quietMs: 24 * HOUR_MS },
  device: { free: 10, quietMs: 24 * HOUR_MS },
  address: { free: 20, quietMs: 6 * HOUR_MS },
  network: { free: 100, quietMs: 6 * HOUR_MS },
};

/** How long after the last counted try the next one is taken. */
export function waitAfter(kind: CounterKind, count: number): number {
  const over = count - LIMITS[kind].free;
  // 2 ** 7 of the first wait is above the longest; more would only make numbers without meaning.
  return over < 0 ? 0 : Math.min(WAIT_MS_MAX, WAIT_FIRST_MS * 2 ** Math.min(over, 7));
}
