import type { EventRecord } from '@holdfast/contract';
import { OUTSTANDING_MAX } from './segments/segment-log.ts';

/** Events of the gateway that wait for a disk that is full, or for a burst to pass. */
const WAITING_MAX = 20_000;
const RETRY_MS = 500;
/** Gaps are told at most this often, as one event with a count. */
const GAP_MS = 1000;

export interface IntakeParts {
  /** Resolves with the index once durable. */
  readonly append: (event: EventRecord) => Promise<number>;
  readonly canAppend: () => boolean;
  readonly newGap: (payload: { lost: number; cause: string }) => EventRecord;
}

interface Waiting {
  readonly event: EventRecord;
  readonly recorded: (index: number) => void;
}

/** Takes events that nobody waits for. What cannot be kept is counted, and the count becomes a record itself. */
export class Intake {
  readonly #parts: IntakeParts;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;
  #lost = 0;
  #cause = '';
  #gapAtMs = -Infinity;
  #isClosed = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Events lost since the start, whether told already or not. */
  lostTotal = 0;

  get waiting(): number {
    return this.#waiting.length + this.#inFlight;
  }

  put(event: EventRecord, recorded: (index: number) => void): void {
    if (this.#waiting.length >= WAITING_MAX) this.lose(1, 'the ledger could not be written for too long');
    else this.#waiting.push({ event, recorded });
    this.#pump();
  }

  lose(count: number, cause: string): void {
    if (count <= 0) return;
    this.#lost += count;
    this.lostTotal += count;
    this.#cause = cause;
    this.#pump();
  }

  /** Everything that waits is durable, or the ledger cannot be written. */
  async flush(): Promise<void> {
    this.#gapAtMs = -Infinity;
    this.#pump();
    while (this.waiting > 0 && this.#parts.canAppend()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #pump(): void {
    if (!this.#parts.canAppend()) return this.#later(RETRY_MS);
    this.#tellGap();
    // Half the room of the log is left to those who wait for their answer.
    const room = Math.max(0, OUTSTANDING_MAX / 2 - this.#inFlight);
    if (room === 0 || this.#waiting.length === 0) return;
    for (const waiting of this.#waiting.splice(0, room)) void this.#send(waiting);
  }

  async #send(waiting: Waiting): Promise<void> {
    this.#inFlight += 1;
    try {
      waiting.recorded(await this.#parts.append(waiting.event));
    } catch {
      // A full disk: it waits again. A record that the ledger will never take is lost, and counted.
      if (this.#parts.canAppend()) this.lose(1, 'a record was refused by the ledger');
      else this.#waiting.push(waiting);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0 || this.#inFlight % 512 === 0) this.#pump();
    }
  }

  #tellGap(): void {
    if (this.#lost === 0) return;
    const waitMs = this.#gapAtMs + GAP_MS - performance.now();
    if (waitMs > 0) return this.#later(waitMs);
    this.#gapAtMs = performance.now();
    const lost = this.#lost;
    const cause = this.#cause;
    this.#lost = 0;
    void this.#send({ event: this.#parts.newGap({ lost, cause }), recorded: () => {} });
  }

  #later(waitMs: number): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, waitMs).unref();
  }
}
