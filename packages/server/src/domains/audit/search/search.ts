import type { Database } from '../../../platform/db/database.ts';
import type { ProjectedRow } from '../projection/store.ts';
import type { Conditions, EventFilter } from './filter.ts';
import { chooseDriver, rangeOf, readSlice } from './slices.ts';

/** A search answers with what it has after this time, and says how far it came. */
const SEARCH_MS = 100;
const CANDIDATES_FIRST = 400;
const CANDIDATES_MAX = 16_000;
const GROWTH = 4;
/** Rows that are opened and looked at one by one. */
const OPENED_ROWS = 200;

export interface SearchParts {
  readonly db: Database;
  readonly log: string;
  readonly monotonicMs: () => number;
  readonly pathOf: (row: ProjectedRow) => string | null;
}

export interface Found {
  readonly rows: readonly ProjectedRow[];
  /** Where to go on, exclusive; null = there is no more. */
  readonly next: number | null;
  /** It stopped for the time it took: `next` is where it stopped. */
  readonly isShort: boolean;
}

export interface Search {
  readonly filter: EventFilter;
  readonly conditions: Conditions;
  readonly before: number | null;
  readonly limit: number;
}

/**
 * Events that hold everything asked for, newest first. Walks along the rarest index in slices that grow as long as there is
 * time, so that no combination of filters takes longer than another, whatever the size of the log.
 */
export async function search({ db, log, monotonicMs, pathOf }: SearchParts, asked: Search): Promise<Found> {
  const { filter, conditions, limit } = asked;
  if (conditions.all.some(({ values }) => values.length === 0)) return { rows: [], next: null, isShort: false };
  const began = monotonicMs();
  const { since, until } = filter;
  const whole = await rangeOf(db, log, { since, until, before: asked.before ?? Number.MAX_SAFE_INTEGER });
  const query = { log, conditions, since, until, range: whole };
  const driver = await chooseDriver(db, query);
  const { path } = conditions;
  const holds = (row: ProjectedRow): boolean => path === null || path(pathOf(row) ?? '');
  const found: ProjectedRow[] = [];
  let { before } = whole;
  for (let candidates = CANDIDATES_FIRST; ;) {
    const sliceBegan = monotonicMs();
    const slice = { ...query, range: { ...whole, before } };
    const wanted = path === null ? limit + 1 - found.length : Math.max(OPENED_ROWS, limit + 1);
    const { rows, reached } = await readSlice(db, slice, { driver, candidates, wanted });
    found.push(...rows.filter(holds));
    if (found.length > limit) return pageOf(found.slice(0, limit));
    // A full slice may hold more rows than were asked for: go on behind the last one that came.
    const last = rows.length === wanted ? (rows.at(-1)?.leaf_index ?? null) : reached;
    if (last === null) return { rows: found, next: null, isShort: false };
    before = last;
    const now = monotonicMs();
    const left = SEARCH_MS - (now - began);
    const grown = Math.min(CANDIDATES_MAX, candidates * GROWTH);
    if ((now - sliceBegan) * (grown / candidates) <= left) candidates = grown;
    else if (now - sliceBegan > left) return { rows: found, next: before, isShort: true };
  }
}

/** A full page goes on behind its last event. */
function pageOf(rows: readonly ProjectedRow[]): Found {
  return { rows, next: rows.at(-1)?.leaf_index ?? null, isShort: false };
}
