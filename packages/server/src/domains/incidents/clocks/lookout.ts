import { readRunning, type ClockRow } from './clock-store.ts';
import type { ClockParts } from './clock-parts.ts';
import { nextWarningAt, warningDue } from './due.ts';
import { warn } from './warnings.ts';

/** Longer than this nobody waits without looking: other nodes start clocks too. */
const WAIT_MS_MAX = 60_000;

export interface Lookout extends AsyncDisposable {
  /** Tells what is due now, and is there again when something is. */
  look(): Promise<void>;
}

/** Looks at the clocks that run: when it is asked to, and to the millisecond when one of them has something to say. */
export function createLookout(parts: ClockParts): Lookout {
  const { db, clock, log, keyring, metrics } = parts;
  const state: { timer: NodeJS.Timeout | undefined; looking: Promise<void> | null; isOver: boolean } = {
    timer: undefined,
    looking: null,
    isOver: false,
  };
  const wait = (rows: readonly ClockRow[]): void => {
    clearTimeout(state.timer);
    const times = rows.flatMap((row) => nextWarningAt(row) ?? []);
    if (times.length === 0 || state.isOver) return;
    // What could not be told is tried again with the next look; a time that has passed is no time to wait for.
    const ahead = Math.min(...times) - clock.now();
    if (ahead <= 0) return;
    const again = (): void => void look().catch((error: unknown) => log.warn({ err: error }, 'legal clocks could not be read'));
    state.timer = setTimeout(again, Math.min(ahead, WAIT_MS_MAX));
    state.timer.unref();
  };
  const work = async (): Promise<void> => {
    const rows = await readRunning(db);
    const now = clock.now();
    const toTell = rows.filter((row) => warningDue(row, now) !== null);
    for (const row of toTell)
      await warn(parts, row).catch((error: unknown) =>
        log.error({ err: error, incident: row.incident, rule: row.rule }, 'a legal clock could not warn; it is tried again'),
      );
    const after = toTell.length === 0 ? rows : await readRunning(db);
    const inEarnest = after.filter(({ isDrill }) => !isDrill);
    const due = inEarnest.flatMap(({ dueAt }) => dueAt ?? []);
    const overdue = due.filter((at) => at < clock.now()).length;
    metrics.set('holdfast_legal_clocks', inEarnest.length - overdue, ['running']);
    metrics.set('holdfast_legal_clocks', overdue, ['overdue']);
    const nearest = due.length === 0 ? Number.POSITIVE_INFINITY : (Math.min(...due) - clock.now()) / 1000;
    metrics.set('holdfast_legal_clock_seconds_left', nearest);
    wait(after);
  };
  const look = async (): Promise<void> => {
    if (keyring.isSealed || state.isOver) return;
    // Whoever asks while somebody looks is answered when that look, and one after it, is over.
    while (state.looking !== null) await state.looking.catch(() => undefined);
    state.looking = work();
    try {
      await state.looking;
    } finally {
      state.looking = null;
    }
  };
  return {
    look,
    async [Symbol.asyncDispose]() {
      state.isOver = true;
      clearTimeout(state.timer);
      await state.looking?.catch(() => undefined);
    },
  };
}
