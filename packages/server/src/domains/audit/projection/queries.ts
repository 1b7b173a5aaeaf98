import type { EventCount, EventQuery, EventView, Page } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { readLeaf, type Decrypt } from '../leaves/leaf-read.ts';
import type { Projection } from './projection.ts';
import type { JournalEntry, RequestJournal } from './request-journal.ts';
import { Cursor } from '../segments/segment-cursor.ts';
import type { SegmentLog } from '../segments/segment-log.ts';
import { conditionsOf, matches, type EventFilter } from '../search/filter.ts';
import { search, type Found, type SearchParts } from '../search/search.ts';
import type { SearchedLeaf, SearchKeys } from '../search/search-keys.ts';
import { readIndexes, readRows, type ProjectedRow } from './store.ts';

/** A page may wait this long for rows that are on their way. */
const FRESH_MS = 1000;
/** Records of one request: the request itself and what was decided about it. */
const PER_REQUEST_MAX = 50;
/** Records searched in the segments while the database is away. */
const TAIL_RECORDS = 20_000;
const READ_RECORDS = 512;
/** More are said to be more. */
const COUNT_MAX = 1000;

export interface Journals {
  /** Plain allowed requests, which are no records. */
  readonly allowed: RequestJournal;
  /** Decided ones, until their rows are there. */
  readonly decided: RequestJournal;
}

export interface QueryParts {
  readonly db: Database;
  readonly origin: string;
  readonly segments: SegmentLog;
  readonly projection: Projection;
  readonly journals: Journals;
  readonly decrypt: Decrypt;
  readonly searchKeys: SearchKeys;
  /** What an address is known by in the ledger. */
  readonly pseudonym: (address: string) => string;
  readonly monotonicMs: () => number;
  readonly log: Log;
}

export interface FoundPage extends Page<EventView> {
  /** The page ends before it is full because the search took its time: it came to here. */
  readonly searchedTo: number | null;
}

/** An event by its id, and when it was. */
export interface Timed {
  readonly event: string;
  readonly time: number;
}

export interface Queries {
  tail(query: EventQuery): Promise<FoundPage>;
  /** How many there are, as far as that is soon known. */
  count(filter: EventFilter): Promise<EventCount>;
  findByRequest(requestId: string): Promise<readonly EventView[]>;
  /** Where records stand, by their ids; what is none is left out. */
  indexesOf(events: readonly Timed[]): Promise<ReadonlyMap<string, number>>;
  /** Those after `index`, oldest first. */
  after(index: number, limit: number): Promise<readonly EventView[]>;
}

export function createQueries(parts: QueryParts): Queries {
  const { db, origin, segments, projection, journals } = parts;

  const find = async (filter: EventFilter, before: number | null, limit: number): Promise<Found> => {
    const pathOf = (row: ProjectedRow): string | null => pathOfRow(row, parts.searchKeys);
    const searching: SearchParts = { db, log: origin, monotonicMs: parts.monotonicMs, pathOf };
    const conditions = conditionsOf(filter, parts.searchKeys, parts.pseudonym);
    return search(searching, { filter, conditions, before, limit });
  };

  const tail = async ({ cursor: given, limit, ...filter }: EventQuery): Promise<FoundPage> => {
    const cursor = readCursor(given);
    if (cursor.kind === 'memory' || (cursor.kind === 'start' && filter.outcome === 'allowed')) {
      const holds = (event: EventView): boolean => matches(event, filter, parts.pseudonym);
      return pageOfMemory(journals.allowed.latest(), { holds, limit, before: cursor.kind === 'memory' ? cursor.before : null });
    }
    await freshen(projection);
    const { rows, next, isShort } = await find(filter, cursor.kind === 'row' ? cursor.before : null, limit);
    const searchedTo = isShort && next !== null ? await timeOf(next, parts) : null;
    return { items: rows.flatMap((row) => viewOf(row, parts)), next: next === null ? null : `r${next}`, searchedTo };
  };

  const count = async (filter: EventFilter): Promise<EventCount> => {
    const { rows, next } = await find(filter, null, COUNT_MAX);
    return { count: rows.length, isMore: next !== null };
  };

  const findByRequest = async (requestId: string): Promise<readonly EventView[]> => {
    const known = [journals.allowed.find(requestId), journals.decided.find(requestId)].filter((entry) => entry !== null);
    const stored = await findStored(requestId, parts);
    const ids = new Set(stored.map(({ id }) => id));
    const onlyInMemory = known.filter(({ event }) => !ids.has(event.id)).map(({ event, index }) => ({ ...event, index }));
    return [...stored, ...onlyInMemory];
  };

  const findStored = async (requestId: string, { log }: QueryParts): Promise<EventView[]> => {
    try {
      await freshen(projection);
      const { rows } = await find({ requestId }, null, PER_REQUEST_MAX);
      return rows.flatMap((row) => viewOf(row, parts));
    } catch (error) {
      log.warn({ err: error }, 'the database is away; the newest records are searched instead');
      return searchSegments(requestId, segments, parts.decrypt);
    }
  };

  const after = async (index: number, limit: number): Promise<readonly EventView[]> => {
    await freshen(projection);
    const rows = await readRows(db, origin, [index + 1, index + 1 + limit]);
    return rows.flatMap((row) => viewOf(row, parts));
  };

  const indexesOf: Queries['indexesOf'] = async (events) => {
    await freshen(projection);
    return readIndexes(db, origin, events);
  };

  return { tail, count, findByRequest, after, indexesOf };
}

/** Rows of what is durable now are on their way: wait for them, but not for long. */
async function freshen(projection: Projection): Promise<void> {
  if (projection.lag === 0 || projection.isBehindForTrouble) return;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    projection.catchUp(),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FRESH_MS);
    }),
  ]);
  clearTimeout(timer);
}

/** None for a row that is no leaf any more: somebody edited it, and the scrubber will put it right. */
function viewOf(row: ProjectedRow, { decrypt, log }: QueryParts): EventView[] {
  try {
    return [{ ...readLeaf(Buffer.from(row.leaf), decrypt), index: row.leaf_index }];
  } catch (error) {
    log.error({ err: error, index: row.leaf_index }, 'a row of the ledger cannot be read');
    return [];
  }
}

/** Null as well for a row that somebody edited. */
function pathOfRow({ leaf }: ProjectedRow, keys: SearchKeys): string | null {
  try {
    // Our own leaf, as long as nobody edited it.
    return keys.path(JSON.parse(leaf) as SearchedLeaf);
  } catch {
    return null;
  }
}

async function searchSegments(requestId: string, segments: SegmentLog, decrypt: Decrypt): Promise<EventView[]> {
  // Request ids are checked letters and digits; as JSON they stand in a leaf exactly so.
  const needle = Buffer.from(`"req":${JSON.stringify(requestId)}`);
  const found: EventView[] = [];
  const { size } = segments;
  const cursor = new Cursor(segments, Math.max(0, size - TAIL_RECORDS));
  try {
    while (cursor.index < size && found.length < PER_REQUEST_MAX) {
      const step = await cursor.next(size, READ_RECORDS);
      if (step.kind === 'lost') continue;
      for (const { entry, index } of step.frames) {
        if (entry.includes(needle)) found.push({ ...readLeaf(entry, decrypt), index });
      }
    }
  } finally {
    await cursor.close();
  }
  return found.toReversed();
}

type PageCursor =
  | { readonly kind: 'start' }
  | { readonly kind: 'row'; readonly before: number }
  | { readonly kind: 'memory'; readonly before: string };

function readCursor(text: string | undefined): PageCursor {
  if (text === undefined) return { kind: 'start' };
  if (/^r\d{1,15}$/u.test(text)) return { kind: 'row', before: Number(text.slice(1)) };
  if (/^m[0-9A-Z]{26}$/u.test(text)) return { kind: 'memory', before: text.slice(1) };
  throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
}

interface MemoryPage {
  readonly holds: (event: EventView) => boolean;
  readonly limit: number;
  readonly before: string | null;
}

/** ULIDs sort by time, so the id of the last one shown is the cursor. */
function pageOfMemory(entries: readonly JournalEntry[], { holds, limit, before }: MemoryPage): FoundPage {
  const chosen: EventView[] = [];
  for (const { event, index } of entries.toSorted((a, b) => (a.event.id < b.event.id ? 1 : -1))) {
    if (before !== null && event.id >= before) continue;
    const view = { ...event, index };
    if (holds(view)) chosen.push(view);
    if (chosen.length > limit) break;
  }
  const items = chosen.slice(0, limit);
  return { items, next: chosen.length > limit ? `m${items.at(-1)?.id}` : null, searchedTo: null };
}

async function timeOf(index: number, { db, origin }: QueryParts): Promise<number | null> {
  const [row] = await readRows(db, origin, [index, index + 1]);
  return row?.time ?? null;
}
