import type { Worker } from 'node:worker_threads';
import { siblingModule } from '../../../platform/db/sibling-module.ts';
import { startThread } from '../../../platform/thread.ts';
import type { GatewayLog } from '../../log.ts';
import { SpoolFault } from './spool-fault.ts';
import type { SpoolOrder, SpoolReport, WrittenWhole } from './spool-protocol.ts';

const IDLE_MS = 60_000;
const HEAP_MEGABYTES_MAX = 64;

/** What one file is told of its orders. */
export interface SpoolListener {
  onWritten(): void;
  /** Its code of the system; of one order, and those behind it may fail as well. */
  onFailed(code: string): void;
  onWhole(whole: WrittenWhole): void;
  /** The thread has ended: nothing that was asked of it will be answered. */
  onGone(): void;
}

/** One file at the thread. */
export interface SpoolFile {
  write(order: { readonly fd: number; readonly position: number; readonly pieces: readonly Uint8Array<ArrayBuffer>[] }): void;
  end(): void;
  /** Writes that were asked for are still answered. */
  drop(): void;
}

export interface SpoolWriterParts {
  readonly log: GatewayLog;
  readonly rulesFolder: string | null;
}

/** The thread that writes uploads down. It starts with the first one, and goes when none has come for a while. */
export class SpoolWriter {
  readonly #parts: SpoolWriterParts;
  #thread: Thread | null = null;
  #isClosed = false;

  constructor(parts: SpoolWriterParts) {
    this.#parts = parts;
  }

  /** Throws a SpoolFault when it is closed. */
  begin(listener: SpoolListener): SpoolFile {
    if (this.#isClosed) throw new SpoolFault('upload-spool-ended');
    this.#thread ??= new Thread(this.#parts, (thread) => {
      if (this.#thread === thread) this.#thread = null;
    });
    return this.#thread.begin(listener);
  }

  /** Ends the thread; files under way fail, and the next one has another. */
  async restart(): Promise<void> {
    await this.#thread?.end();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.restart();
  }
}

interface Entry {
  readonly listener: SpoolListener;
  /** Writes that are not answered. */
  left: number;
  isDropped: boolean;
}

class Thread {
  readonly #worker: Worker;
  readonly #onLeaving: (thread: Thread) => void;
  readonly #listeners = new Map<number, Entry>();
  #lastId = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: SpoolWriterParts, onLeaving: (thread: Thread) => void) {
    this.#onLeaving = onLeaving;
    this.#worker = startThread(siblingModule(import.meta.url, 'spool-thread'), {
      name: 'holdfast-spool',
      workerData: { rulesFolder: parts.rulesFolder },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    this.#worker.unref();
    this.#worker.on('message', (report: SpoolReport) => this.#receive(report));
    this.#worker.on('error', (cause) => parts.log.error({ cause }, 'the thread that writes uploads down ended'));
    this.#worker.on('exit', () => this.#gone());
  }

  begin(listener: SpoolListener): SpoolFile {
    this.#lastId += 1;
    const id = this.#lastId;
    const entry: Entry = { listener, left: 0, isDropped: false };
    this.#listeners.set(id, entry);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return {
      write: (order) => {
        entry.left += 1;
        const memory = [...new Set(order.pieces.map(({ buffer }) => buffer))];
        this.#tell({ kind: 'write', id, ...order }, memory);
      },
      end: () => this.#tell({ kind: 'end', id }),
      drop: () => {
        this.#tell({ kind: 'drop', id });
        entry.isDropped = true;
        if (entry.left === 0) this.#forget(id);
      },
    };
  }

  async end(): Promise<void> {
    this.#onLeaving(this);
    await this.#worker.terminate();
  }

  #receive(report: SpoolReport): void {
    const entry = this.#listeners.get(report.id);
    if (entry === undefined) return;
    if (report.kind === 'whole') {
      this.#forget(report.id);
      entry.listener.onWhole(report.whole);
      return;
    }
    entry.left -= 1;
    if (entry.isDropped && entry.left === 0) this.#forget(report.id);
    if (report.kind === 'written') entry.listener.onWritten();
    else entry.listener.onFailed(report.code);
  }

  #forget(id: number): void {
    this.#listeners.delete(id);
    if (this.#listeners.size > 0) return;
    this.#timer = setTimeout(() => void this.end(), IDLE_MS).unref();
  }

  #gone(): void {
    this.#onLeaving(this);
    if (this.#timer !== null) clearTimeout(this.#timer);
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const { listener } of listeners) listener.onGone();
  }

  #tell(order: SpoolOrder, memory: readonly ArrayBuffer[] = []): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
    this.#worker.postMessage(order, memory);
  }
}
