import type { Kysely } from 'kysely';
import type { Queryable } from '../../../platform/db/database.ts';
import type { Frame } from '../segments/frame.ts';
import type { SearchedLeaf, SearchKeys } from '../search/search-keys.ts';
import type { AuditTables } from '../tables.ts';

export type ProjectedRow = AuditTables['audit_event'];

const COLUMNS = [
  'log',
  'leaf_index',
  'event_id',
  'type',
  'time',
  'severity',
  'outcome',
  'application',
  'request_id',
  'actor_kind',
  'actor_ref',
  'leaf_hash',
  'leaf',
  'rule_group',
  'path_first',
  'path_last',
] as const;
const NUMBERS = new Set<string>(['leaf_index', 'time', 'path_first', 'path_last']);
const TYPES = COLUMNS.map((name) => `${name} ${NUMBERS.has(name) ? 'bigint' : 'text'}`).join(', ');

const tables = (db: Queryable): Kysely<AuditTables> => db.kysely.withTables<AuditTables>();

/** The fields of a leaf that have a column. Its hash was checked by whoever read it from a segment, and only we write segments. */
interface LeafColumns extends SearchedLeaf {
  readonly ts: number;
  readonly sev: string;
  readonly outcome: string;
  readonly app: string | null;
  readonly req: string | null;
  readonly actor: { readonly kind: string; readonly ref: string };
}

/** Of which log rows are, and how they are searched. */
export interface RowParts {
  readonly origin: string;
  readonly keys: SearchKeys;
}

/** The row that belongs to a record; PostgreSQL text cannot hold NUL. */
export function rowOf({ origin, keys }: RowParts, { index, entry, hash }: Pick<Frame, 'index' | 'entry' | 'hash'>): ProjectedRow {
  const leaf = entry.toString('utf8');
  // See LeafColumns: our own leaf.
  const fields = JSON.parse(leaf) as LeafColumns;
  const text = (value: string): string => value.replaceAll('\0', '');
  return {
    log: origin,
    leaf_index: index,
    event_id: text(fields.id),
    type: text(fields.type),
    time: fields.ts,
    severity: text(fields.sev),
    outcome: text(fields.outcome),
    application: fields.app === null ? null : text(fields.app),
    request_id: fields.req === null ? null : text(fields.req),
    actor_kind: text(fields.actor.kind),
    actor_ref: text(fields.actor.ref),
    leaf_hash: hash.toString('hex'),
    leaf,
    ...keys.of(fields),
  };
}

/** One parameter for any number of rows. A row that is there already is replaced: the segment is right, whatever SQL says. */
export async function writeRows(db: Queryable, rows: readonly ProjectedRow[]): Promise<void> {
  const updates = COLUMNS.slice(2)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ');
  await db.query(
    `insert into audit_event (${COLUMNS.join(', ')}) select ${COLUMNS.join(', ')} from json_to_recordset($1::json) as row(${TYPES})
     on conflict (log, leaf_index) do update set ${updates}`,
    [JSON.stringify(rows)],
  );
}

export async function readBookmark(db: Queryable, log: string): Promise<number> {
  const row = await tables(db).selectFrom('audit_projection').select('next_index').where('log', '=', log).executeTakeFirst();
  return row?.next_index ?? 0;
}

export async function writeBookmark(db: Queryable, log: string, next: number): Promise<void> {
  await tables(db)
    .insertInto('audit_projection')
    .values({ log, next_index: next })
    .onConflict((conflict) => conflict.column('log').doUpdateSet({ next_index: next }))
    .execute();
}

/** Rows of an earlier life of the database, or that somebody made up. */
export async function dropRows(
  db: Queryable,
  log: string,
  range: { readonly below: number } | { readonly from: number },
): Promise<number> {
  const rows = tables(db).deleteFrom('audit_event').where('log', '=', log);
  const chosen = 'below' in range ? rows.where('leaf_index', '<', range.below) : rows.where('leaf_index', '>=', range.from);
  return Number((await chosen.executeTakeFirst()).numDeletedRows);
}

/** Of an erased subject not even keyed hashes of its paths stay. */
export async function forgetPaths(db: Queryable, log: string, pseudonym: string): Promise<void> {
  await db.query(
    'update audit_event set path_first = null, path_last = null where log = $1 and actor_ref = $2 and path_first is not null',
    [log, pseudonym],
  );
}

export async function readRows(db: Queryable, log: string, [from, to]: readonly [number, number]): Promise<ProjectedRow[]> {
  return tables(db)
    .selectFrom('audit_event')
    .selectAll()
    .where('log', '=', log)
    .where('leaf_index', '>=', from)
    .where('leaf_index', '<', to)
    .orderBy('leaf_index')
    .execute();
}

/** Rows that belong to no record of the log. */
export async function countStrangers(db: Queryable, log: string, size: number): Promise<number> {
  const rows = await db.query<{ count: number }>(
    'select count(*)::int as count from audit_event where log = $1 and (leaf_index >= $2 or leaf_index < 0)',
    [log, size],
  );
  return rows[0]?.count ?? 0;
}

export interface StoredHead {
  readonly size: number;
  readonly root: string;
}

export async function readHead(db: Queryable, log: string): Promise<StoredHead | null> {
  const row = await tables(db).selectFrom('audit_head').select(['size', 'root']).where('log', '=', log).executeTakeFirst();
  return row ?? null;
}

/** Compare and swap: false when the row is no longer `before`. */
export async function swapHead(
  db: Queryable,
  log: string,
  { before, next }: { before: StoredHead | null; next: StoredHead },
): Promise<boolean> {
  if (before === null) {
    const inserted = await tables(db)
      .insertInto('audit_head')
      .values({ log, ...next })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return Number(inserted.numInsertedOrUpdatedRows) === 1;
  }
  const updated = await tables(db)
    .updateTable('audit_head')
    .set(next)
    .where('log', '=', log)
    .where('size', '=', before.size)
    .where('root', '=', before.root)
    .executeTakeFirst();
  return Number(updated.numUpdatedRows) === 1;
}

/** Found by their time, which is indexed; a second around it is for whoever rounds. */
export async function readIndexes(
  db: Queryable,
  log: string,
  events: readonly { readonly event: string; readonly time: number }[],
): Promise<ReadonlyMap<string, number>> {
  if (events.length === 0) return new Map();
  const rows = await db.query<{ id: string; index: number }>(
    `select e.event_id as id, e.leaf_index as index from json_to_recordset($2::json) as w(event text, time bigint)
      join audit_event e on e.log = $1 and e.time between w.time - 1000 and w.time + 1000 and e.event_id = w.event`,
    [log, JSON.stringify(events.map(({ event, time }) => ({ event, time })))],
  );
  return new Map(rows.map(({ id, index }) => [id, index]));
}
