import { detectionSchema, type Detection } from '@holdfast/contract';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';

/** A flood of detections of one kind folds into few alerts; more than this at once is told as lost. */
const WAITING_MAX = 10_000;
/** Each alert that begins is a record that waits for the disk: short batches keep the first ones quick. */
const BATCH_MAX = 50;
const WAIT_MS_FIRST = 200;
const WAIT_MS_MAX = 10_000;
/** What fails by itself, and not because something is away, is given up after so many tries. */
const TRIES_MAX = 4;
const AWAY = new Set(['database-unavailable', 'audit-unavailable', 'keyring-sealed']);

export interface TakeQueue extends AsyncDisposable {
  put(found: readonly Detection[]): void;
  figures(): { readonly waiting: number; readonly lost: number };
  settle(): Promise<void>;
}

export interface TakeQueueParts {
  readonly log: Log;
  /** Takes all of them, or throws and has taken none. */
  readonly take: (batch: readonly Detection[]) => Promise<void>;
}

/** An end ends it early. */
async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(waitMs, undefined, { signal });
  } catch {
    // It ends.
  }
}

/** Detections in their order, one batch after the other. */
export function createTakeQueue({ log, take }: TakeQueueParts): TakeQueue {
  const waiting: Detection[] = [];
  const ending = new AbortController();
  let lost = 0;
  let running: Promise<void> | null = null;

  const lose = (count: number, words: string, error?: unknown): void => {
    if (count === 0) return;
    lost += count;
    log.error({ count, lost, ...(error === undefined ? {} : { err: error }) }, words);
  };
  /** How many of the first ones to take next, after a failure. */
  const afterFailure = async (error: unknown, state: { size: number; tries: number; waitMs: number }): Promise<void> => {
    const isAway = error instanceof Refusal && AWAY.has(error.code);
    if (!isAway && state.size === 1) state.tries += 1;
    if (!isAway) state.size = 1;
    if (state.tries >= TRIES_MAX) {
      waiting.shift();
      state.tries = 0;
      lose(1, 'a detection became no alert', error);
      return;
    }
    log.warn({ err: error, waiting: waiting.length }, 'detections wait: they could not be stored');
    await pause(state.waitMs, ending.signal);
    state.waitMs = Math.min(WAIT_MS_MAX, state.waitMs * 2);
  };
  const run = async (): Promise<void> => {
    const state = { size: BATCH_MAX, tries: 0, waitMs: WAIT_MS_FIRST };
    while (waiting.length > 0) {
      const batch = waiting.slice(0, state.size);
      try {
        await take(batch);
        waiting.splice(0, batch.length);
        Object.assign(state, { size: BATCH_MAX, tries: 0, waitMs: WAIT_MS_FIRST });
      } catch (error) {
        if (ending.signal.aborted) break;
        await afterFailure(error, state);
      }
    }
    running = null;
  };
  const settle = async (): Promise<void> => {
    // What is put meanwhile runs in a round of its own.
    for (let round = running; round !== null; round = running) await round;
  };
  return {
    put(found) {
      const good = found.filter((one) => detectionSchema.safeParse(one).success);
      lose(found.length - good.length, 'detections of a wrong shape were refused');
      const room = Math.max(0, WAITING_MAX - waiting.length);
      lose(Math.max(0, good.length - room), 'too many detections wait: the newest are not taken');
      waiting.push(...good.slice(0, room));
      if (waiting.length > 0) running ??= run();
    },
    figures: () => ({ waiting: waiting.length, lost }),
    settle,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await settle();
    },
  };
}
