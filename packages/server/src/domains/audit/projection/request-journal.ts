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
  readonly #byRequest = new Map<string, JournalEntry>();
  /** In the order of arrival. A map alone would be walked over everything already gone to find its oldest entry. */
  readonly #ring: (JournalEntry | null)[];
  #next = 0;

  constructor(entriesMax: number) {
    this.#ring = Array.from({ length: entriesMax }, () => null);
  }

  get size(): number {
    return this.#byRequest.size;
  }

  add(event: EventRecord): JournalEntry {
    const entry: JournalEntry = { event, index: null };
    const { requestId } = event;
    if (requestId === null) return entry;
    this.#drop(this.#ring[this.#next] ?? null);
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#ring.length;
    // Told twice, a request counts from its later telling.
    if (this.#byRequest.has(requestId)) this.#byRequest.delete(requestId);
    this.#byRequest.set(requestId, entry);
    return entry;
  }

  #drop(entry: JournalEntry | null): void {
    const requestId = entry?.event.requestId ?? null;
    if (requestId !== null && this.#byRequest.get(requestId) === entry) this.#byRequest.delete(requestId);
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
    for (const [slot, entry] of this.#ring.entries()) {
      if (entry?.event.subject !== subject) continue;
      this.#drop(entry);
      this.#ring[slot] = null;
    }
  }
}
