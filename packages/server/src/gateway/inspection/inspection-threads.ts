import type { Decoded, Inspection } from '@holdfast/inspect';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { siblingModule } from '../../platform/db/sibling-module.ts';
import type { GatewayLog } from '../log.ts';
import type { ThreadAnswer, ThreadJob } from './thread-protocol.ts';
import { startThread } from '../../platform/thread.ts';

export type ThreadVerdict =
  | { readonly kind: 'read'; readonly decoded: Decoded; readonly inspection: Inspection | null }
  /** Nobody could judge it; the caller decides what that means. */
  | { readonly kind: 'unread'; readonly reason: 'busy' | 'timeout' | 'failed' };

export interface InspectionThreads {
  judge(job: Omit<ThreadJob, 'id'>): Promise<ThreadVerdict>;
  close(): Promise<void>;
}

/** One core is left to the event loop, which serves everybody else meanwhile. */
const THREADS_MAX = Math.min(4, Math.max(1, availableParallelism() - 1));
const WAITING_MAX = 64;
const WAITING_BYTES_MAX = 67_108_864;
/** Ten megabytes of hostile text take about a fifth of this. */
const JOB_TIMEOUT_MS = 10_000;
/** Large bodies come seldom; a thread that has nothing to do gives its memory back. */
const IDLE_MS = 60_000;
const HEAP_MEGABYTES_MAX = 256;

interface Waiting {
  readonly job: ThreadJob;
  readonly done: (verdict: ThreadVerdict) => void;
}

/** Threads for bodies that would hold up the event loop. They start when the first such body comes. */
export function createInspectionThreads(log: GatewayLog): InspectionThreads {
  return new Threads(log);
}

class Threads implements InspectionThreads {
  readonly #log: GatewayLog;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #lastId = 0;

  constructor(log: GatewayLog) {
    this.#log = log;
  }

  judge(job: Omit<ThreadJob, 'id'>): Promise<ThreadVerdict> {
    const bytes = job.raw.body?.length ?? 0;
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX)
      return Promise.resolve({ kind: 'unread', reason: 'busy' });
    this.#lastId += 1;
    const id = this.#lastId;
    // oxlint-disable-next-line promise/avoid-new -- threads speak messages only
    return new Promise((done) => {
      this.#waiting.push({ job: { ...job, id }, done });
      this.#waitingBytes += bytes;
      this.#assign();
    });
  }

  async close(): Promise<void> {
    for (const { done } of this.#waiting.splice(0)) done({ kind: 'unread', reason: 'failed' });
    await Promise.all([...this.#threads].map((thread) => thread.end('failed')));
  }

  #assign(): void {
    const free = [...this.#threads].find((thread) => thread.isFree) ?? this.#open();
    const next = free === null ? undefined : this.#waiting.shift();
    if (free === null || next === undefined) return;
    this.#waitingBytes -= next.job.raw.body?.length ?? 0;
    free.take(next);
  }

  #open(): Thread | null {
    if (this.#threads.size >= THREADS_MAX || this.#waiting.length === 0) return null;
    const thread = new Thread({
      onFree: () => this.#assign(),
      onEnd: (cause) => {
        this.#threads.delete(thread);
        if (cause !== null) this.#log.error({ cause }, 'an inspection thread ended');
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

/** One thread and the one job it is at. A job that takes too long ends its thread: nothing else can interrupt it. */
class Thread {
  readonly #worker: Worker;
  readonly #watch: ThreadWatch;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isEnded = false;

  constructor(watch: ThreadWatch) {
    this.#watch = watch;
    this.#worker = startThread(siblingModule(import.meta.url, 'inspection-thread'), {
      name: 'holdfast-inspection',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: ThreadAnswer) => this.#receive(answer));
    this.#worker.on('error', (cause) => void this.end('failed', cause));
    this.#worker.on('exit', () => void this.end('failed'));
  }

  get isFree(): boolean {
    return this.#current === null && !this.#isEnded;
  }

  take(waiting: Waiting): void {
    this.#current = waiting;
    this.#restartTimer(JOB_TIMEOUT_MS, 'timeout');
    const { body } = waiting.job.raw;
    // A copy that changes hands: the original is what is forwarded.
    const copy = body === null ? null : new Uint8Array(body);
    const job: ThreadJob = { ...waiting.job, raw: { ...waiting.job.raw, body: copy } };
    this.#worker.postMessage(job, copy === null ? [] : [copy.buffer]);
  }

  async end(reason: 'timeout' | 'failed', cause: unknown = null): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waiting = this.#current;
    this.#current = null;
    waiting?.done({ kind: 'unread', reason });
    this.#watch.onEnd(cause);
    await this.#worker.terminate();
  }

  #receive({ id, decoded, inspection }: ThreadAnswer): void {
    const waiting = this.#current;
    if (waiting === null || waiting.job.id !== id) return;
    this.#current = null;
    this.#restartTimer(IDLE_MS, 'failed');
    waiting.done({ kind: 'read', decoded, inspection });
    this.#watch.onFree();
  }

  #restartTimer(ms: number, reason: 'timeout' | 'failed'): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.end(reason), ms).unref();
  }
}
