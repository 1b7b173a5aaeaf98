import type { Database } from '../../../platform/db/database.ts';
import type { ProjectedRow } from '../projection/store.ts';
import type { Condition, Conditions } from './filter.ts';

/** Records whose order in the log and in time differ by more than this are missed by a search in time. */
const DISORDER_MS = 60_000;
/** As far back as this many of a kind lie, it is looked at to see which kind is the rarest. */
const PROBE_ENTRIES = 200;

export interface Range {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly before: number;
}

/** Rows of one search, newest first: each slice goes on where the one before ended. */
export interface SliceQuery {
  readonly log: string;
  readonly conditions: Conditions;
  readonly range: Range;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

export interface Slice {
  readonly rows: readonly ProjectedRow[];
  /** Everything from here on was looked at; null = everything that there is. */
  readonly reached: number | null;
}

/** Numbers the parameters as they come. */
class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

const BEYOND_ALL = Number.MAX_SAFE_INTEGER;

/** Severities that have an index; the others are nearly all there is. */
const INDEXED_SEVERITIES = new Set(['medium', 'high', 'critical']);

const hasIndex = ({ column, values }: Condition): boolean =>
  column !== 'severity' || values.every((value) => INDEXED_SEVERITIES.has(String(value)));

/** What a partial index says of itself, so that the planner knows that it holds. */
const hint = ({ column, values }: Condition, value: string): string =>
  column === 'severity' && hasIndex({ column, values })
    ? `${column} = ${value} and severity in ('medium', 'high', 'critical')`
    : `${column} = ${value}`;

/** The part of the log in which rows of this time lie, give or take what comes out of order. */
export async function rangeOf(
  db: Database,
  log: string,
  { since, until, before }: { since: number | undefined; until: number | undefined; before: number },
): Promise<Range> {
  const indexAt = async (time: number): Promise<number | null> => {
    const rows = await db.query<{ leaf_index: number }>(
      'select leaf_index from audit_event where log = $1 and time >= $2 order by time limit 1',
      [log, time],
    );
    return rows[0]?.leaf_index ?? null;
  };
  const from = since === undefined ? 0 : ((await indexAt(since - DISORDER_MS)) ?? BEYOND_ALL);
  const end = until === undefined ? null : await indexAt(until + DISORDER_MS);
  return { from, before: Math.min(before, end ?? BEYOND_ALL) };
}

/**
 * The condition whose newest entries lie farthest apart: walking along its index meets the fewest rows that the others
 * refuse. Null = none has an index.
 */
export async function chooseDriver(db: Database, { log, conditions, range }: SliceQuery): Promise<readonly Condition[] | null> {
  const choices = [...conditions.all.filter(hasIndex).map((condition) => [condition]), conditions.any].filter(
    (choice) => choice.length > 0,
  );
  if (choices.length <= 1) return choices[0] ?? null;
  const parameters = new Parameters();
  const [logAt, before] = [parameters.add(log), parameters.add(range.before)];
  const probe = (condition: Condition, value: string | number): string =>
    `coalesce((select leaf_index from audit_event where log = ${logAt} and ${hint(condition, parameters.add(value))}
       and leaf_index < ${before}::bigint order by leaf_index desc offset ${PROBE_ENTRIES} limit 1), -1)`;
  const columns = choices.map((choice, index) => {
    const probes = choice.flatMap((condition) => condition.values.map((value) => probe(condition, value)));
    // Nothing is rarer than nothing.
    return `greatest(-2, ${probes.join(', ')})::bigint as "c${index}"`;
  });
  const [row] = await db.query<Record<string, number>>(`select ${columns.join(', ')}`, parameters.values);
  const places = choices.map((choice, index) => ({ choice, place: row?.[`c${index}`] ?? BEYOND_ALL }));
  return places.toSorted((a, b) => a.place - b.place)[0]?.choice ?? null;
}

/** One slice of so many candidates, those of the driver newest first, of which rows that hold everything come back. */
export async function readSlice(
  db: Database,
  query: SliceQuery,
  { driver, candidates, wanted }: { driver: readonly Condition[] | null; candidates: number; wanted: number },
): Promise<Slice> {
  const { log, range } = query;
  const parameters = new Parameters();
  const [logAt, from, before] = [log, range.from, range.before].map((value) => parameters.add(value));
  const narrow =
    'leaf_index, type, time, severity, outcome, application, rule_group, request_id, actor_ref, path_first, path_last';
  const part = (condition: string): string =>
    `(select ${narrow} from audit_event where log = ${logAt} and leaf_index >= ${from}::bigint and leaf_index < ${before}::bigint
       ${condition} order by leaf_index desc limit ${candidates})`;
  const parts =
    driver === null
      ? [part('')]
      : driver.flatMap((condition) => condition.values.map((value) => part(`and ${hint(condition, parameters.add(value))}`)));
  // `union` and not `union all`: a path can begin and end with the same segment.
  const union =
    parts.length === 1 ? parts.join('') : `(${parts.join(driver !== null && driver.length > 1 ? ' union ' : ' union all ')})`;
  const filters = residualOf(query, driver, parameters);
  const rows = await db.query<ProjectedRow & { reached: number | null; seen: number }>(
    `with candidate as materialized (select * from ${union} as found order by leaf_index desc limit ${candidates}),
       chosen as (select leaf_index from candidate ${filters} order by leaf_index desc limit ${wanted})
     select event.*, (select min(leaf_index) from candidate) as reached, (select count(*) from candidate)::integer as seen
     from (select 1) as one
       left join (select found.* from chosen join audit_event as found on found.log = ${logAt} and found.leaf_index = chosen.leaf_index)
         as event on true
     order by event.leaf_index desc`,
    parameters.values,
  );
  const [first] = rows;
  const isEnd = first === undefined || first.seen < candidates;
  // The outer join makes one row of nothing; its columns are null then.
  const found = rows.filter((row) => (row.leaf_index as number | null) !== null);
  const events = found.map(({ reached: _reached, seen: _seen, ...event }) => event);
  return { rows: events, reached: isEnd && found.length < wanted ? null : (first?.reached ?? null) };
}

/** Everything that walking along the driver does not see to. */
function residualOf(
  { conditions, since, until }: SliceQuery,
  driver: readonly Condition[] | null,
  parameters: Parameters,
): string {
  const one = ({ column, values }: Condition): string =>
    values.length === 0 ? 'false' : `${column} in (${values.map((value) => parameters.add(value)).join(', ')})`;
  const texts = conditions.all.filter((condition) => driver?.includes(condition) !== true).map(one);
  if (conditions.any.length > 0 && driver !== conditions.any) texts.push(`(${conditions.any.map(one).join(' or ')})`);
  if (since !== undefined) texts.push(`time >= ${parameters.add(since)}`);
  if (until !== undefined) texts.push(`time < ${parameters.add(until)}`);
  return texts.length === 0 ? '' : `where ${texts.join(' and ')}`;
}
