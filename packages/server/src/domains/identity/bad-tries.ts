/** Wrong tokens a second, over all callers: enough for typing errors, too few to fill the ledger with refusals. */
const BAD_TRIES_PER_SECOND = 5;

/** A token bucket over all callers, because on the admin listener every caller has the same loopback address. */
export interface BadTries {
  /** Counts one bad try. False = over the limit. */
  take(): boolean;
}

export function createBadTries(monotonicMs: () => number): BadTries {
  let available = BAD_TRIES_PER_SECOND;
  let filledAtMs = monotonicMs();
  return {
    take() {
      const nowMs = monotonicMs();
      available = Math.min(BAD_TRIES_PER_SECOND, available + ((nowMs - filledAtMs) / 1000) * BAD_TRIES_PER_SECOND);
      filledAtMs = nowMs;
      if (available < 1) return false;
      available -= 1;
      return true;
    },
  };
}
