import type { EventQuery, EventRecord, EventView, Page } from '@holdfast/contract';
import type { Database } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import { Refusal } from '../../platform/refusal.ts';
import { readLeaf, type Decrypt } from './leaf-read.ts';
import type { Projection } from './projection.ts';
import type { JournalEntry, RequestJournal } from './request-journal.ts';
import { Cursor } from './segment-cursor.ts';
import type { SegmentLog } from './segment-log.ts';
import { findRows, readRows, type Filter, type ProjectedRow } from './store.ts';

/** A page may wait this long for rows that are on their way. */
const FRESH_MS = 1000;
/** Records of one request: the request itself and what was decided about it. */
const PER_REQUEST_MAX = 50;
/** Records searched in the segments while the database is away. */
const TAIL_RECORDS = 20_000;
const READ_RECORDS = 512;

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
  readonly log: Log;
}

export interface Queries {
  tail(query: EventQuery): Promise<Page<EventView>>;
  findByRequest(requestId: string): Promise<readonly EventView[]>;
  /** Those after `index`, oldest first. */
  after(index: number, limit: number): Promise<readonly EventView[]>;
}

export function createQueries(parts: QueryParts): Queries {
  const { db, origin, segments, projection, journals } = parts;

  const tail = async (query: EventQuery): Promise<Page<EventView>> => {
    const cursor = readCursor(query.cursor);
    if (cursor.kind === 'memory' || (cursor.kind === 'start' && query.outcome === 'allowed')) {
      return pageOfMemory(journals.allowed.latest(), query, cursor.kind === 'memory' ? cursor.before : null);
    }
    await freshen(projection);
    const before = cursor.kind === 'row' ? cursor.before : null;
    const rows = await findRows(db, origin, { filter: query, before, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const next = rows.length > query.limit && last !== undefined ? `r${last.leaf_index}` : null;
    return { items: shown.flatMap((row) => viewOf(row, parts)), next };
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
      const rows = await findRows(db, origin, { filter: { requestId }, before: null, limit: PER_REQUEST_MAX });
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

  return { tail, findByRequest, after };
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

/** ULIDs sort by time, so the id of the last one shown is the cursor. */
function pageOfMemory(entries: readonly JournalEntry[], query: EventQuery, before: string | null): Page<EventView> {
  const chosen: EventView[] = [];
  for (const { event, index } of entries.toSorted((a, b) => (a.event.id < b.event.id ? 1 : -1))) {
    if (before !== null && event.id >= before) continue;
    if (matches(event, query)) chosen.push({ ...event, index });
    if (chosen.length > query.limit) break;
  }
  const items = chosen.slice(0, query.limit);
  return { items, next: chosen.length > query.limit ? `m${items.at(-1)?.id}` : null };
}

function matches(event: EventRecord, filter: Filter): boolean {
  return (
    (filter.type === undefined || event.type === filter.type) &&
    (filter.application === undefined || event.application === filter.application) &&
    (filter.severity === undefined || event.severity === filter.severity) &&
    (filter.requestId === undefined || event.requestId === filter.requestId) &&
    (filter.since === undefined || event.time >= filter.since) &&
    (filter.until === undefined || event.time < filter.until)
  );
}
