import type { Log } from '../log.ts';

/** Another node may have died holding a lease: look again at least this often. */
const POLL_MS_MAX = 30_000;
/** Between two looks, so that a row due now but locked elsewhere is no busy loop. */
const WAIT_MS_MIN = 20;
const RETRY_MS = 500;
const ROUNDS_MAX = 1000;

export interface PumpParts {
  readonly log: Log;
  /** Does some of the work; true = there may be more. */
  readonly work: () => Promise<boolean>;
  /** Null = nothing is planned. */
  readonly nextInMs: () => Promise<number | null>;
}

export interface Pump {
  readonly start: () => void;
  /** There is something to do now. */
  readonly wake: () => void;
  /** Resolves when nothing is due. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Works until nothing is left, sleeps until the next is due or somebody wakes it; never two rounds at a time. */
export function createPump({ log, work, nextInMs }: PumpParts): Pump {
  const state: { timer: NodeJS.Timeout | null; running: Promise<void> | null; isStarted: boolean; isWoken: boolean } = {
    timer: null,
    running: null,
    isStarted: false,
    isWoken: false,
  };

  /** Milliseconds to sleep. */
  const round = async (): Promise<number> => {
    try {
      for (let count = 0; count < ROUNDS_MAX && state.isStarted; count += 1) {
        state.isWoken = false;
        if (!(await work()) && !state.isWoken) break;
      }
      return Math.min((await nextInMs()) ?? POLL_MS_MAX, POLL_MS_MAX);
    } catch (error) {
      log.warn({ err: error }, 'events wait: the outbox cannot be read');
      return RETRY_MS;
    }
  };
  const run = async (): Promise<void> => {
    const waitMs = await round();
    state.running = null;
    if (!state.isStarted) return;
    if (state.isWoken) {
      wake();
      return;
    }
    if (state.timer !== null) clearTimeout(state.timer);
    state.timer = setTimeout(wake, Math.max(waitMs, WAIT_MS_MIN));
    state.timer.unref();
  };
  const wake = (): void => {
    if (!state.isStarted) return;
    state.isWoken = true;
    state.running ??= run();
  };
  return {
    start: () => {
      state.isStarted = true;
      wake();
    },
    wake,
    settle: async () => {
      wake();
      while (state.running !== null) await state.running;
    },
    close: async () => {
      state.isStarted = false;
      if (state.timer !== null) clearTimeout(state.timer);
      await state.running;
    },
  };
}
