import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { siblingModule } from '../../../platform/db/sibling-module.ts';
import type { GatewayLog } from '../../log.ts';
import type { UploadAnswer, UploadJob, UploadWork } from './thread-protocol.ts';
import { startThread } from '../../../platform/thread.ts';

export type WorkResult = UploadAnswer | { readonly kind: 'failed'; readonly detail: string };

export interface UploadThreads {
  /** Never rejects. A descriptor in `work` is used by nobody any more when this resolves. */
  run(work: UploadWork): Promise<WorkResult>;
  close(): Promise<void>;
}

/** One core is left to the event loop. */
const THREADS_MAX = Math.min(4, Math.max(1, availableParallelism() - 1));
/** Threads are for files that are here whole; as many as may be on their way in wait for one. */
const WAITING_MAX = 1024;
const IDLE_MS = 60_000;
const HEAP_MEGABYTES_MAX = 256;

interface Waiting {
  readonly job: UploadJob;
  readonly done: (result: WorkResult) => void;
}

export interface UploadThreadsParts {
  readonly log: GatewayLog;
  readonly rulesFolder: string | null;
  /** For one file; a thread that takes longer is ended. */
  readonly timeoutMs: number;
}

/** Threads that judge and scan files. They start when the first file comes, and go when none has come for a while. */
export function createUploadThreads(parts: UploadThreadsParts): UploadThreads {
  return new Threads(parts);
}

class Threads implements UploadThreads {
  readonly #parts: UploadThreadsParts;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #lastId = 0;
  #isClosed = false;

  constructor(parts: UploadThreadsParts) {
    this.#parts = parts;
  }

  run(work: UploadWork): Promise<WorkResult> {
    if (this.#isClosed || this.#waiting.length >= WAITING_MAX) return Promise.resolve({ kind: 'failed', detail: 'busy' });
    this.#lastId += 1;
    const job = { id: this.#lastId, work };
    // oxlint-disable-next-line promise/avoid-new -- threads speak messages only
    return new Promise((done) => {
      this.#waiting.push({ job, done });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { done } of this.#waiting.splice(0)) done({ kind: 'failed', detail: 'closing' });
    await Promise.all([...this.#threads].map((thread) => thread.end('closing')));
  }

  #assign(): void {
    const free = [...this.#threads].find((thread) => thread.isFree) ?? this.#open();
    const next = free === null ? undefined : this.#waiting.shift();
    if (free !== null && next !== undefined) free.take(next);
  }

  #open(): Thread | null {
    if (this.#isClosed || this.#threads.size >= THREADS_MAX || this.#waiting.length === 0) return null;
    const thread = new Thread(this.#parts, {
      onFree: () => this.#assign(),
      onEnd: (cause) => {
        this.#threads.delete(thread);
        if (cause !== null) this.#parts.log.error({ cause }, 'a thread for uploads ended');
        this.#assign();
      },
    });
    this.#threads.add(thread);
    return thread;
  }
}

interface ThreadWatch {
  readonly onFree: () => void;
  readonly onEnd: (cause: unknown) => void;
}

/** One thread and the one file it is at. */
class Thread {
  readonly #worker: Worker;
  readonly #watch: ThreadWatch;
  readonly #timeoutMs: number;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ending: Promise<void> | null = null;

  constructor({ rulesFolder, timeoutMs }: UploadThreadsParts, watch: ThreadWatch) {
    this.#watch = watch;
    this.#timeoutMs = timeoutMs;
    this.#worker = startThread(siblingModule(import.meta.url, 'upload-thread'), {
      name: 'holdfast-uploads',
      workerData: { rulesFolder },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: UploadAnswer) => this.#receive(answer));
    this.#worker.on('error', (cause) => void this.end('failed', cause));
    this.#worker.on('exit', () => void this.end('failed'));
  }

  get isFree(): boolean {
    return this.#current === null && this.#ending === null;
  }

  take(waiting: Waiting): void {
    this.#current = waiting;
    this.#restartTimer(this.#timeoutMs, 'timeout');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
    this.#worker.postMessage(waiting.job);
  }

  /** The caller is told only when the thread has gone: until then it may read the descriptor. */
  end(reason: 'timeout' | 'failed' | 'closing' | 'idle', cause: unknown = null): Promise<void> {
    this.#ending ??= this.#leave(reason, cause);
    return this.#ending;
  }

  async #leave(reason: string, cause: unknown): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#worker.terminate();
    this.#current?.done({ kind: 'failed', detail: reason });
    this.#current = null;
    this.#watch.onEnd(cause);
  }

  #receive(answer: UploadAnswer): void {
    const waiting = this.#current;
    if (waiting === null || waiting.job.id !== answer.id || this.#ending !== null) return;
    this.#current = null;
    this.#restartTimer(IDLE_MS, 'idle');
    waiting.done(answer);
    this.#watch.onFree();
  }

  #restartTimer(ms: number, reason: 'timeout' | 'idle'): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.end(reason), ms).unref();
  }
}
