import type { Worker } from 'node:worker_threads';
import { Refusal } from '../refusal.ts';
import { DatabaseError } from './database-error.ts';
import type { FromWorker, ToWorker, WorkerParts } from './pglite-protocol.ts';
import { siblingModule } from './sibling-module.ts';
import { startThread } from '../thread.ts';

const OPEN_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5000;
/** Heap of the database thread besides the WebAssembly memory. */
const HEAP_MEGABYTES_MAX = 256;

export interface StatementResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly affected: number;
}

interface Waiting {
  resolve(result: StatementResult): void;
  reject(error: unknown): void;
}

/** PGlite itself says that it cannot open this folder. A thread that was slow or ended says nothing of the data. */
export class OpenFailed extends Error {
  override readonly name = 'OpenFailed';
}

/**
 * One database thread and its one session. Statements run one at a time; a statement that exceeds the timeout cannot be
 * interrupted inside WebAssembly, so the thread is ended (the write-ahead log makes that safe) and the session is lost.
 */
export class PgliteSession {
  readonly #worker: Worker;
  readonly #statementTimeoutMs: number;
  #waiting: Waiting | null = null;
  #isLost = false;
  #onClosed: (() => void) | null = null;

  private constructor(worker: Worker, statementTimeoutMs: number) {
    this.#worker = worker;
    this.#statementTimeoutMs = statementTimeoutMs;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#lose(error));
    worker.on('exit', () => this.#lose(null));
  }

  static async open(folder: string, statementTimeoutMs: number): Promise<PgliteSession> {
    const parts: WorkerParts = { folder };
    const worker = startThread(siblingModule(import.meta.url, 'pglite-worker'), {
      workerData: parts,
      name: 'holdfast-database',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    try {
      await firstMessage(worker);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    worker.unref();
    return new PgliteSession(worker, statementTimeoutMs);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  run(text: string, params: readonly unknown[]): Promise<StatementResult> {
    if (this.#isLost) return Promise.reject(lost(null));
    if (this.#waiting !== null) throw new Error('assertion: one statement at a time');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#lose(new DatabaseError({ message: 'statement timeout', code: '57014', constraint: null, table: null }));
        void this.#worker.terminate();
      }, this.#statementTimeoutMs);
      const settled = (): void => {
        clearTimeout(timer);
        this.#waiting = null;
        this.#worker.unref();
      };
      this.#waiting = {
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (error) => {
          settled();
          reject(error instanceof Error ? error : new TypeError(String(error)));
        },
      };
      // Only a waiting statement keeps the process alive, as with an open socket.
      this.#worker.ref();
      this.#send({ kind: 'run', text, params });
    });
  }

  async close(): Promise<void> {
    if (!this.#isLost) {
      this.#isLost = true;
      this.#worker.ref();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
        this.#onClosed = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#send({ kind: 'close' });
      });
    }
    await this.#worker.terminate();
  }

  #send(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of ours, not a window
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'rows':
        this.#waiting?.resolve(message);
        return;
      case 'failed':
        this.#waiting?.reject(new DatabaseError(message.error));
        return;
      case 'closed':
        this.#onClosed?.();
        return;
      case 'opened':
      case 'open-failed':
        throw new Error('assertion: opening ended before this listener was set');
    }
  }

  #lose(error: Error | null): void {
    this.#isLost = true;
    this.#onClosed?.();
    this.#waiting?.reject(error instanceof DatabaseError ? error : lost(error));
  }
}

function lost(cause: Error | null): Refusal {
  return new Refusal('database-unavailable', { detail: 'The database thread ended.', cause: cause ?? undefined });
}

function firstMessage(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(lost(null)), OPEN_TIMEOUT_MS);
    const onMessage = (message: FromWorker): void => {
      settle(message.kind === 'open-failed' ? new OpenFailed(message.detail) : null);
    };
    const onError = (error: Error): void => settle(error);
    const onExit = (): void => settle(lost(null));
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (error === null) resolve();
      else reject(error);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
