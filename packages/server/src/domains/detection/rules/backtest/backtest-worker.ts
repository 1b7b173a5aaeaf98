import type { Worker } from 'node:worker_threads';
import { siblingModule } from '../../../../platform/db/sibling-module.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import type { BacktestTexts } from './backtest-run.ts';
import type { BacktestAsk, BacktestTold } from './backtest-thread.ts';
import { startThread } from '../../../../platform/thread.ts';

const HEAP_MEGABYTES_MAX = 256;

/** The thread of one backtest, asked one thing after the other. */
export class BacktestWorker implements AsyncDisposable {
  readonly #worker: Worker;
  #answer: PromiseWithResolvers<BacktestTold> | null = null;
  #fault: Error | null = null;

  constructor(workerData: BacktestTexts) {
    this.#worker = startThread(siblingModule(import.meta.url, 'backtest-thread'), {
      name: 'holdfast-backtest',
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    this.#worker.unref();
    this.#worker.on('message', (told: BacktestTold) => this.#settle((answer) => answer.resolve(told)));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(null));
  }

  async ask(ask: BacktestAsk, timeoutMs: number): Promise<BacktestTold | 'late'> {
    if (this.#fault !== null) throw this.#fault;
    this.#answer = Promise.withResolvers<BacktestTold>();
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), timeoutMs);
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
      this.#worker.postMessage(ask);
      return await Promise.race([this.#answer.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: unknown): void {
    this.#fault ??= new Refusal('internal', { detail: 'The thread of the backtest ended.', cause });
    const fault = this.#fault;
    this.#settle((answer) => answer.reject(fault));
  }

  #settle(settle: (answer: PromiseWithResolvers<BacktestTold>) => void): void {
    const answer = this.#answer;
    this.#answer = null;
    if (answer !== null) settle(answer);
  }
}
