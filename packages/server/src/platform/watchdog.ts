import type { Clock } from './clock.ts';

const TICK_MS = 500;
const STALL_MS = 2000;
/** Time services slew small differences; a step beyond this is a jump. */
const JUMP_MS = 5000;

export interface WatchdogOptions {
  readonly clock: Clock;
  /** The event loop did not turn for so long. */
  readonly onStall: (stallMs: number) => void;
  /** The wall clock moved against the monotonic clock: positive = forward. */
  readonly onClockJump: (jumpMs: number) => void;
}

export interface Watchdog extends Disposable {
  /** One look; called by its own timer. */
  tick(): void;
}

/** Compares two clocks: one says how long it really was, the other what people call the time. */
export function startWatchdog({ clock, onStall, onClockJump }: WatchdogOptions): Watchdog {
  let wall = clock.now();
  let monotonic = clock.monotonicMs();
  const tick = (): void => {
    const wallNow = clock.now();
    const monotonicNow = clock.monotonicMs();
    const passedMs = monotonicNow - monotonic;
    const jumpMs = Math.round(wallNow - wall - passedMs);
    wall = wallNow;
    monotonic = monotonicNow;
    if (passedMs - TICK_MS > STALL_MS) onStall(Math.round(passedMs - TICK_MS));
    if (Math.abs(jumpMs) > JUMP_MS) onClockJump(jumpMs);
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return { tick, [Symbol.dispose]: () => clearInterval(timer) };
}
