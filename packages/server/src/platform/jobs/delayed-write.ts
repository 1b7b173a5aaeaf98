/** Writes what has gathered a little later, one write after the other. */
export interface DelayedWrite {
  /** Something waits: it is written after the delay, if not before. */
  readonly schedule: () => void;
  /** Writes now what waits, after what is being written. */
  readonly flush: () => Promise<void>;
}

/** `write` takes what has gathered and never rejects: what is delayed here is advice, and its writer knows what a failure costs. */
export function createDelayedWrite(write: () => Promise<void>, afterMs: number): DelayedWrite {
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(write);
    await writing;
  };
  return {
    schedule() {
      timer ??= setTimeout(() => void flush(), afterMs).unref();
    },
    flush,
  };
}
