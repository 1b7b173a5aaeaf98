/** Time as an argument, so that tests can move it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. For records, never for ordering or timeouts. */
  now(): number;
  /** Monotonic milliseconds with a fraction. For durations and timeouts. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
