import type { EventRecord } from '@holdfast/contract';

/** About a second of the fastest gateway; 20 to 40 MB. */
const QUEUE_EVENTS_MAX = 20_000;
const BATCH_EVENTS_MAX = 500;
/** One is judged while the next is on its way. */
const IN_FLIGHT_MAX = 2;

export interface Batch {
  readonly id: number;
  readonly events: readonly EventRecord[];
  /** Monotonic, of its oldest event. */
  readonly sinceMs: number;
  /** Threads that ended while they had it. */
  readonly ends: number;
}

interface Offered {
  readonly events: readonly EventRecord[];
  readonly atMs: number;
}

/** Events on their way to the thread: bounded, in order, and known until they were judged. */
export class EventQueue {
  readonly #max: number;
  readonly #inFlight = new Map<number, Batch>();
  #waiting: Offered[] = [];
  #again: Batch[] = [];
  #size = 0;
  #lastBatch = 0;

  constructor(max: number = QUEUE_EVENTS_MAX) {
    this.#max = max;
  }

  /** How many of them did not fit: the newest ones, so that what is judged has no holes. */
  offer(events: readonly EventRecord[], nowMs: number): number {
    const room = Math.max(0, this.#max - this.#size);
    const taken = events.length > room ? events.slice(0, room) : events;
    if (taken.length > 0) this.#waiting.push({ events: taken, atMs: nowMs });
    this.#size += taken.length;
    return events.length - taken.length;
  }

  /** The next events for the thread; null = it has enough to do, or there is nothing. */
  next(): Batch | null {
    if (this.#inFlight.size >= IN_FLIGHT_MAX) return null;
    const batch = this.#again.shift() ?? this.#gather();
    if (batch !== null) this.#inFlight.set(batch.id, batch);
    return batch;
  }

  /** A batch was judged; how many events it had. */
  settle(id: number): number {
    const batch = this.#inFlight.get(id);
    if (batch === undefined) return 0;
    this.#inFlight.delete(id);
    this.#size -= batch.events.length;
    return batch.events.length;
  }

  /**
   * The thread is gone. What it had is given to the next one; but what ended two threads is put away, or it would end every
   * one. How many events that are.
   */
  takeBack(): number {
    const had = [...this.#inFlight.values()].map((batch) => ({ ...batch, ends: batch.ends + 1 }));
    this.#inFlight.clear();
    const lost = had.filter(({ ends }) => ends > 1).reduce((sum, { events }) => sum + events.length, 0);
    this.#again = [...had.filter(({ ends }) => ends <= 1), ...this.#again];
    this.#size -= lost;
    return lost;
  }

  get size(): number {
    return this.#size;
  }

  /** Since when the oldest event waits; null = none does. */
  get oldestMs(): number | null {
    const times = [...this.#inFlight.values(), ...this.#again].map(({ sinceMs }) => sinceMs);
    const [first] = this.#waiting;
    if (first !== undefined) times.push(first.atMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  #gather(): Batch | null {
    const [first] = this.#waiting;
    if (first === undefined) return null;
    const events: EventRecord[] = [];
    let used = 0;
    for (const offered of this.#waiting) {
      const room = BATCH_EVENTS_MAX - events.length;
      if (offered.events.length > room) {
        for (const event of offered.events.slice(0, room)) events.push(event);
        this.#waiting[used] = { ...offered, events: offered.events.slice(room) };
        break;
      }
      for (const event of offered.events) events.push(event);
      used += 1;
    }
    this.#waiting = this.#waiting.slice(used);
    this.#lastBatch += 1;
    return { id: this.#lastBatch, events, sinceMs: first.atMs, ends: 0 };
  }
}
