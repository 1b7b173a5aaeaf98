import { LIMITS, waitAfter, type CounterKind } from './limits.ts';

/** Names that nobody has are counted too, and there is no end of them. */
const KEYS_MAX = 50_000;

interface Count {
  failures: number;
  /** Monotonic. */
  lastAt: number;
  /** The number of failures that somebody was told to wait for. */
  toldAt: number;
}

export interface Waiting {
  readonly waitMs: number;
  readonly failures: number;
  readonly isNew: boolean;
}

/** Wrong tries of one kind by key. Bounded: what was not tried for the longest time goes first, and what is tried now stays. */
export class Counters {
  readonly #kind: CounterKind;
  readonly #keysMax: number;
  readonly #counts = new Map<string, Count>();

  constructor(kind: CounterKind, keysMax: number = KEYS_MAX) {
    this.#kind = kind;
    this.#keysMax = keysMax;
  }

  /** How long a try has to wait; null = it need not. Being asked keeps what is under attack from being forgotten. */
  waiting(key: string, now: number): Waiting | null {
    const count = this.#take(key, now);
    if (count === null) return null;
    const waitMs = count.lastAt + waitAfter(this.#kind, count.failures) - now;
    if (waitMs <= 0) return null;
    const isNew = count.toldAt !== count.failures;
    count.toldAt = count.failures;
    return { waitMs, failures: count.failures, isNew };
  }

  /** Counted before it is known whether it is wrong, so that many at once cannot all slip under the limit. */
  add(key: string, now: number): void {
    const count = this.#take(key, now) ?? { failures: 0, lastAt: now, toldAt: -1 };
    count.failures += 1;
    count.lastAt = now;
    this.#counts.set(key, count);
    if (this.#counts.size <= this.#keysMax) return;
    const oldest = this.#counts.keys().next();
    if (oldest.done !== true) this.#counts.delete(oldest.value);
  }

  /** At most so many are left. */
  lower(key: string, failuresMax: number): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    if (failuresMax <= 0) this.#counts.delete(key);
    else count.failures = Math.min(count.failures, failuresMax);
  }

  takeBack(key: string): void {
    this.lower(key, (this.#counts.get(key)?.failures ?? 1) - 1);
  }

  get size(): number {
    return this.#counts.size;
  }

  #take(key: string, now: number): Count | null {
    const count = this.#counts.get(key);
    if (count === undefined) return null;
    this.#counts.delete(key);
    if (now - count.lastAt >= LIMITS[this.#kind].quietMs) return null;
    this.#counts.set(key, count);
    return count;
  }
}
