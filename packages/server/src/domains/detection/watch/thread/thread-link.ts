import type { Worker } from 'node:worker_threads';
import { siblingModule } from '../../../../platform/db/sibling-module.ts';
import type { FromThread, ThreadAnswer, ThreadData, ToThread } from './protocol.ts';
import { startThread } from '../../../../platform/thread.ts';

/** Rules of a whole tree, windows of all correlations, and what behaviours remember. */
const HEAP_MEGABYTES_MAX = 1536;
/** A busy machine may take its time; a thread that never answers does not hold up an end. */
const ASK_TIMEOUT_MS = 120_000;

type Told = Exclude<FromThread, { kind: 'answer' | 'ready' }>;
type Asked = Extract<ToThread, { readonly id: number }>;
type Question = Asked extends infer Each ? (Each extends Asked ? Omit<Each, 'id'> : never) : never;

export interface ThreadListener {
  readonly onReady: () => void;
  readonly onTold: (told: Told) => void;
  /** Once, whatever the cause; null = it was closed. */
  readonly onEnd: (cause: string | null) => void;
}

export interface ThreadProgram {
  /** Another program; for tests. */
  readonly program?: URL | undefined;
  readonly data?: ThreadData | undefined;
}

const NOTHING_SET: ThreadData = { cityFile: null, exempt: [] };

/** It ended before it answered, or did not answer in time. */
export class ThreadGone extends Error {
  override readonly name = 'ThreadGone';
}

interface Open {
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (cause: ThreadGone) => void;
  readonly timer: NodeJS.Timeout;
}

/** One thread of the watch, from its start to its end. */
export class ThreadLink {
  readonly #worker: Worker;
  readonly #listener: ThreadListener;
  readonly #open = new Map<number, Open>();
  #lastId = 0;
  #isEnded = false;

  constructor(
    listener: ThreadListener,
    { program = siblingModule(import.meta.url, 'watch-thread'), data = NOTHING_SET }: ThreadProgram,
  ) {
    this.#listener = listener;
    this.#worker = startThread(program, {
      name: 'holdfast-watch',
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (cause) => this.#end(cause instanceof Error ? cause.message : String(cause)));
    this.#worker.on('exit', (code) => this.#end(`it ended with code ${code}`));
  }

  tell(message: Extract<ToThread, { kind: 'events' | 'behaviours' }>): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
    if (!this.#isEnded) this.#worker.postMessage(message);
  }

  ask(question: Question, timeoutMs: number = ASK_TIMEOUT_MS): Promise<ThreadAnswer> {
    if (this.#isEnded) return Promise.reject(new ThreadGone('the thread has ended'));
    this.#lastId += 1;
    const id = this.#lastId;
    // oxlint-disable-next-line promise/avoid-new -- threads speak messages only
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(id);
        reject(new ThreadGone(`no answer to ${question.kind} in time`));
      }, timeoutMs).unref();
      this.#open.set(id, { resolve, reject, timer });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
      this.#worker.postMessage({ ...question, id });
    });
  }

  async close(): Promise<void> {
    this.#end(null);
    await this.#worker.terminate();
  }

  /** For one that does not answer: it is ended, and that is told as an end. */
  async kill(cause: string): Promise<void> {
    this.#end(cause);
    await this.#worker.terminate();
  }

  #receive(message: FromThread): void {
    if (this.#isEnded) return;
    if (message.kind === 'ready') this.#listener.onReady();
    else if (message.kind === 'answer') {
      const open = this.#open.get(message.id);
      if (open === undefined) return;
      this.#open.delete(message.id);
      clearTimeout(open.timer);
      open.resolve(message.answer);
    } else this.#listener.onTold(message);
  }

  #end(cause: string | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const { reject, timer } of this.#open.values()) {
      clearTimeout(timer);
      reject(new ThreadGone(cause ?? 'the thread was closed'));
    }
    this.#open.clear();
    this.#listener.onEnd(cause);
  }
}
