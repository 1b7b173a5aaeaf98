/** A token bucket over all callers, because on the admin listener every caller has the same loopback address. */
export interface Budget {
  /** False = over the limit. */
  take(): boolean;
}

export function createBudget(perSecond: number, monotonicMs: () => number): Budget {
  let available = perSecond;
  let filledAtMs = monotonicMs();
  return {
    take() {
      const nowMs = monotonicMs();
      available = Math.min(perSecond, available + ((nowMs - filledAtMs) / 1000) * perSecond);
      filledAtMs = nowMs;
      if (available < 1) return false;
      available -= 1;
      return true;
    },
  };
}
