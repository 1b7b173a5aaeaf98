import type { EventRecord } from '@holdfast/contract';

/** A request in memory; `index` is its place in the ledger once it has one. */
export interface JournalEntry {
  readonly event: EventRecord;
  index: number | null;
}

/**
 * The latest events of one kind, oldest out first: so that a plain allowed request can be explained although it is no record,
 * and a decided one before the database has it. Gone after a restart, by design.
 */
export class RequestJournal {
  readonly #entriesMax: number;
  readonly #byRequest = new Map<string, JournalEntry>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#byRequest.size;
  }

  add(event: EventRecord): JournalEntry {
    const entry = { event, index: null };
    if (event.requestId === null) return entry;
    this.#byRequest.delete(event.requestId);
    this.#byRequest.set(event.requestId, entry);
    if (this.#byRequest.size > this.#entriesMax) {
      for (const oldest of this.#byRequest.keys()) {
        this.#byRequest.delete(oldest);
        break;
      }
    }
    return entry;
  }

  find(requestId: string): JournalEntry | null {
    return this.#byRequest.get(requestId) ?? null;
  }

  /** Newest first. */
  latest(): JournalEntry[] {
    return [...this.#byRequest.values()].toReversed();
  }

  /** Nothing of an erased subject stays readable, not even in memory. */
  forget(subject: string): void {
    for (const [requestId, { event }] of this.#byRequest) {
      if (event.subject === subject) this.#byRequest.delete(requestId);
    }
  }
}
