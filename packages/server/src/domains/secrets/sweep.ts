import type { Log } from '../../platform/log.ts';

const EVERY_MS = 1000;

/** Looks every second for what is due, one look at a time; and knows what is under way, so that closing can wait for it. */
export interface Sweep extends AsyncDisposable {
  start(): void;
  track<Result>(work: Promise<Result>): Promise<Result>;
}

export function createSweep(look: () => Promise<void>, { log, words }: { readonly log: Log; readonly words: string }): Sweep {
  const underWay = new Set<Promise<unknown>>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;

  const track = async <Result>(work: Promise<Result>): Promise<Result> => {
    const settled = work.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return work;
  };
  const tick = (): void => {
    looking ??= look()
      .catch((error: unknown) => log.warn({ err: error }, words))
      .finally(() => {
        looking = null;
      });
  };
  return {
    track,
    start() {
      timer ??= setInterval(tick, EVERY_MS).unref();
    },
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      await looking;
      await Promise.all(underWay);
    },
  };
}
