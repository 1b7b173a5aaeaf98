import type { EventRecord } from '@holdfast/contract';

export interface StoredPage {
  /** Newest first. */
  readonly events: readonly EventRecord[];
  /** Null = there are no more. */
  readonly next: string | null;
  /** So far back this page looked; null = to its last event, or to the end. */
  readonly searchedTo: number | null;
}

export interface StoredQuery {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** None = all. */
  readonly types: readonly string[];
  readonly cursor: string | null;
}

/** What was recorded, as whoever puts the process together lends it. */
export interface StoredEvents {
  /** Also of a plain allowed request, as long as it stands in memory. */
  ofRequest(requestId: string): Promise<readonly EventRecord[]>;
  page(query: StoredQuery): Promise<StoredPage>;
  /** Every request is recorded, also plain allowed ones. */
  readonly hasAllRequests: boolean;
}
