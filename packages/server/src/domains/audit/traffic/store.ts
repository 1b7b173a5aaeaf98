import { TRAFFIC_STEPS } from '@holdfast/contract';
import type { Database, Queryable } from '../../../platform/db/database.ts';
import type { Entry, Interval, TrafficKind } from './counting.ts';

const STEPS = Object.values(TRAFFIC_STEPS);
const ROWS_MAX = 5000;
/** What all applications brought together; no application has this name. What is asked of all does not grow with their number. */
const ALL = '*';

export interface KindRow {
  readonly kind: TrafficKind;
  readonly at: number;
  readonly key: string;
  readonly count: number;
}

/**
 * Adds an interval of this node to every length of step at once, in the transaction of the caller: minutes, hours and days are
 * never behind. Statements are bounded: one holds up everybody on the embedded database.
 */
export async function writeInterval(db: Queryable, log: string, { at, entries }: Interval): Promise<void> {
  const rows = [...entries.values()].map(({ kind, application, key, count }) => ({ kind, application, key, count }));
  for (let from = 0; from < rows.length; from += ROWS_MAX) {
    await db.query(
      `with entry as (select * from json_to_recordset($1::json) as row(kind text, application text, key text, count bigint)),
         counted as (select application, kind, key, count from entry
           union all select '${ALL}', kind, key, sum(count)::bigint from entry group by kind, key)
       insert into audit_traffic (application, kind, step, at, key, log, count)
       select application, kind, step, $2::bigint / (step * 1000) * (step * 1000), key, $3::text, count
       from counted, (select unnest(string_to_array($4, ','))::integer as step) as steps
       on conflict (application, kind, step, at, key, log) do update set count = audit_traffic.count + excluded.count`,
      [JSON.stringify(rows.slice(from, from + ROWS_MAX)), at, log, STEPS.map(({ seconds }) => seconds).join(',')],
    );
  }
}

/** Remembers the names of routes under their keyed hashes. */
export async function writeRoutes(db: Queryable, routes: ReadonlyMap<string, string>, now: number): Promise<void> {
  if (routes.size === 0) return;
  await db.query(
    `insert into audit_traffic_route (id, sealed, seen_at)
     select id, sealed, $2::bigint from json_to_recordset($1::json) as row(id text, sealed text)
     on conflict (id) do update set seen_at = excluded.seen_at`,
    [JSON.stringify([...routes].map(([id, sealed]) => ({ id, sealed }))), now],
  );
}

export async function prune(db: Queryable, now: number): Promise<void> {
  for (const { seconds, keptSeconds } of STEPS)
    await db.query('delete from audit_traffic where step = $1 and at < $2', [seconds, now - keptSeconds * 1000]);
  await db.query('delete from audit_traffic_route where seen_at < $1', [now - TRAFFIC_STEPS['1d'].keptSeconds * 1000]);
}

export interface Span {
  readonly application: string | undefined;
  readonly stepSeconds: number;
  readonly since: number;
  readonly until: number;
}

const IN_SPAN = `application = $1 and kind = any(string_to_array($2, ',')) and step = $3 and at >= $4 and at < $5`;
const paramsOf = (kinds: readonly TrafficKind[], { application, stepSeconds, since, until }: Span): unknown[] => [
  application ?? ALL,
  kinds.join(','),
  stepSeconds,
  since,
  until,
];

/**
 * Kinds whose keys are single words. Their rows come as one text for each interval: handing over rows is most of what a series
 * costs on the embedded database.
 */
export async function readKinds(db: Database, kinds: readonly TrafficKind[], span: Span): Promise<readonly KindRow[]> {
  const intervals = await db.query<{ at: number; counts: string }>(
    `select at, string_agg(kind || ' ' || key || ' ' || count, ',') as counts from audit_traffic where ${IN_SPAN} group by at`,
    paramsOf(kinds, span),
  );
  return intervals.flatMap(({ at, counts }) =>
    counts.split(',').flatMap((text): KindRow[] => {
      const [name, key = '', count = '0'] = text.split(' ');
      const kind = kinds.find((one) => one === name);
      return kind === undefined ? [] : [{ kind, at, key, count: Number(count) }];
    }),
  );
}

export async function readTotals(db: Database, kind: TrafficKind, span: Span): Promise<readonly Pick<Entry, 'key' | 'count'>[]> {
  return db.query(
    `select key, sum(count)::bigint as count from audit_traffic where ${IN_SPAN} group by key`,
    paramsOf([kind], span),
  );
}

export async function readRoutes(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query<{ id: string; sealed: string }>(
    'select id, sealed from audit_traffic_route where id in (select json_array_elements_text($1::json))',
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, sealed }) => [id, sealed]));
}
