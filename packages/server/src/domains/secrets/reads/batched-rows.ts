import type { ReadableRow, Wanted } from '../store/version-store.ts';

const AT_ONCE_MAX = 256;

interface Waiting {
  readonly wanted: Wanted;
  readonly resolve: (row: ReadableRow | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads that come while a statement is under way share the next one: the embedded database answers one at a time. */
export function createBatchedRows(readMany: (wanted: readonly Wanted[]) => Promise<readonly ReadableRow[]>) {
  let waiting: Waiting[] = [];
  let isRunning = false;

  const runOne = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const rows = new Map((await readMany(batch.map(({ wanted }) => wanted))).map((row) => [row.n, row]));
      for (const [n, { resolve }] of batch.entries()) resolve(rows.get(n) ?? null);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, AT_ONCE_MAX);
      waiting = waiting.slice(AT_ONCE_MAX);
      await runOne(batch);
    }
    isRunning = false;
  };
  return async (wanted: Wanted): Promise<ReadableRow | null> =>
    // oxlint-disable-next-line promise/avoid-new -- one answer is handed to each of many callers
    new Promise((resolve, reject) => {
      waiting.push({ wanted, resolve, reject });
      if (isRunning) return;
      isRunning = true;
      // After this turn, so that those who ask in the same turn are together.
      queueMicrotask(() => void run());
    });
}
