/** Changes that come together wait for one push. */
export interface Gather {
  /** Pushes after this time, unless a push takes it before. */
  later(delayMs: number): void;
  /** This push has everything that waits, which is settled with it. */
  take(push: Promise<unknown>): void;
  /** Settles when what waits was pushed; null = nothing waits. */
  readonly waiting: Promise<unknown> | null;
}

interface Waiting extends PromiseWithResolvers<unknown> {
  readonly timer: NodeJS.Timeout;
}

export function createGather(push: () => void): Gather {
  let waiting: Waiting | null = null;
  return {
    later(delayMs) {
      waiting ??= { timer: setTimeout(push, delayMs), ...Promise.withResolvers<unknown>() };
    },
    take(pushed) {
      clearTimeout(waiting?.timer);
      waiting?.resolve(pushed);
      waiting = null;
    },
    get waiting() {
      return waiting?.promise ?? null;
    },
  };
}
