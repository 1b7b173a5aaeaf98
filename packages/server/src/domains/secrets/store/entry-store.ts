import type { SecretRef } from '@holdfast/contract';
import { sql, type Insertable } from 'kysely';
import type { EntryRow, SecretDb, SecretTables } from './tables.ts';

export const DAY_MS = 86_400_000;

const byRef = (db: SecretDb, { application, environment, name }: SecretRef) =>
  db
    .selectFrom('secret_entry')
    .selectAll()
    .where('application', '=', application)
    .where('environment', '=', environment)
    .where('name', '=', name);

export async function findEntry(db: SecretDb, ref: SecretRef): Promise<EntryRow | null> {
  return (await byRef(db, ref).executeTakeFirst()) ?? null;
}

/** Until the transaction ends nobody else changes this secret. */
export async function lockEntry(tx: SecretDb, ref: SecretRef): Promise<EntryRow | null> {
  return (await byRef(tx, ref).forUpdate().executeTakeFirst()) ?? null;
}

/** False = somebody else has just made it. */
export async function insertEntry(tx: SecretDb, entry: Insertable<SecretTables['secret_entry']>): Promise<boolean> {
  const inserted = await tx
    .insertInto('secret_entry')
    .values(entry)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function updateEntry(
  tx: SecretDb,
  id: string,
  change: Partial<Omit<Insertable<SecretTables['secret_entry']>, 'id' | 'data_key'>>,
): Promise<void> {
  if (Object.keys(change).length > 0) await tx.updateTable('secret_entry').set(change).where('id', '=', id).execute();
}

export async function deleteEntry(tx: SecretDb, id: string): Promise<void> {
  await tx.deleteFrom('secret_entry').where('id', '=', id).execute();
}

export async function countEntries(tx: SecretDb, { application, environment }: SecretRef): Promise<number> {
  const row = await tx
    .selectFrom('secret_entry')
    .select((query) => query.fn.countAll().as('count'))
    .where('application', '=', application)
    .where('environment', '=', environment)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export interface EntryQuery {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  /** Part of the name. */
  readonly q?: string | undefined;
  readonly overdue?: boolean | undefined;
  /** Id of the entry before the page; null = from the start. */
  readonly after: string | null;
  readonly limit: number;
  readonly now: number;
}

const isOverdueNow = (now: number) =>
  sql<boolean>`(max_age_days is not null and changed_at + max_age_days * ${DAY_MS}::bigint < ${now})`;

/** In the order of their addresses. */
export async function readEntries(db: SecretDb, query: EntryQuery): Promise<EntryRow[]> {
  const { application, environment, q, overdue, after, limit, now } = query;
  let entries = db.selectFrom('secret_entry').selectAll();
  if (application !== undefined) entries = entries.where('application', '=', application);
  if (environment !== undefined) entries = entries.where('environment', '=', environment);
  // Not a pattern, in which `%` and `_` would have a meaning.
  if (q !== undefined) entries = entries.where(sql<boolean>`strpos(lower(name), ${q.toLowerCase()}) > 0`);
  if (overdue !== undefined) entries = entries.where(isOverdueNow(now), '=', overdue);
  if (after !== null) {
    const last = sql`(select application, environment, name from secret_entry where id = ${after})`;
    entries = entries.where(sql<boolean>`(application, environment, name) > ${last}`);
  }
  return entries.orderBy('application').orderBy('environment').orderBy('name').limit(limit).execute();
}

export async function hasEntry(db: SecretDb, id: string): Promise<boolean> {
  return (await db.selectFrom('secret_entry').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** How many are older than they may be. */
export async function countOverdue(db: SecretDb, now: number): Promise<number> {
  const row = await db
    .selectFrom('secret_entry')
    .select((query) => query.fn.countAll().as('count'))
    .where(isOverdueNow(now))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Only forward: another node may have noted a later hour. */
export async function noteReadAt(db: SecretDb, id: string, at: number): Promise<void> {
  await db
    .updateTable('secret_entry')
    .set({ last_read_at: at })
    .where('id', '=', id)
    .where((where) => where.or([where('last_read_at', 'is', null), where('last_read_at', '<', at)]))
    .execute();
}
