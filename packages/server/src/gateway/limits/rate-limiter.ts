/** Sustained rate and how far ahead of it a client may get. */
export interface RateRule {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** 0 = go on; otherwise milliseconds until the next request would be taken. Counts the request only when it is taken. */
  take(key: string, rule: RateRule, nowMs: number): number;
  readonly size: number;
}

const KEYS_MAX = 100_000;
const SWEEP_MS = 10_000;

/**
 * GCRA (ITU-T I.371): one number a key, the theoretical arrival time, instead of a bucket and a timestamp. `nowMs` is
 * monotonic. The map is bounded: idle keys are swept, and when an attack brings more addresses than fit, the oldest go.
 */
export function createRateLimiter(keysMax: number = KEYS_MAX): RateLimiter {
  const arrivals = new Map<string, number>();
  let sweptAt = 0;

  const makeRoom = (nowMs: number): void => {
    if (nowMs - sweptAt > SWEEP_MS) {
      sweptAt = nowMs;
      for (const [key, arrival] of arrivals) if (arrival <= nowMs) arrivals.delete(key);
    }
    for (const key of arrivals.keys()) {
      if (arrivals.size < keysMax) return;
      arrivals.delete(key);
    }
  };

  return {
    take(key, { perSecond, burst }, nowMs) {
      if (perSecond <= 0) return 0;
      const spacingMs = 1000 / perSecond;
      const held = arrivals.get(key);
      const arrival = Math.max(held ?? 0, nowMs);
      const early = arrival - nowMs - spacingMs * (burst - 1);
      if (early > 0) return early;
      if (held === undefined && arrivals.size >= keysMax) makeRoom(nowMs);
      arrivals.set(key, arrival + spacingMs);
      return 0;
    },
    get size() {
      return arrivals.size;
    },
  };
}
