import type { ActionQuery } from '@holdfast/contract';
import { sql } from 'kysely';
import { Refusal } from '../../../platform/refusal.ts';
import { assertMove, type ActionChange, type ActionParts, type Stored } from './action-parts.ts';
import type { Content } from './sealed.ts';
import { tablesOf, type ActionDb, type ActionRow } from './tables.ts';

export async function insertAction({ seal, tx }: ActionChange, { row, content }: Stored): Promise<void> {
  await tx
    .insertInto('incident_action')
    .values({ ...row, content: seal.seal(row.id, content) })
    .execute();
}

export async function findByKey({ db, seal }: ActionParts, key: string): Promise<Stored | null> {
  const row = await tablesOf(db).selectFrom('incident_action').selectAll().where('request_key', '=', key).executeTakeFirst();
  return row === undefined ? null : { row, content: seal.open(row.id, row.content) };
}

export async function findAction({ db, seal }: Pick<ActionParts, 'db' | 'seal'>, id: string): Promise<Stored> {
  const row = await tablesOf(db).selectFrom('incident_action').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Refusal('not-found');
  return { row, content: seal.open(row.id, row.content) };
}

/** Locked until the transaction ends. */
export async function lockAction({ seal, tx }: ActionChange, id: string, revision: number | null = null): Promise<Stored> {
  const row = await tx.selectFrom('incident_action').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new Refusal('not-found');
  if (revision !== null && revision !== row.revision) throw new Refusal('precondition-failed');
  return { row, content: seal.open(row.id, row.content) };
}

type Change = Partial<Omit<ActionRow, 'id' | 'content' | 'revision'>> & { readonly content: Content };

export async function changeAction({ seal, tx }: ActionChange, stored: Stored, { content, ...change }: Change): Promise<Stored> {
  const { id, state, revision } = stored.row;
  if (change.state !== undefined) assertMove(state, change.state);
  await tx
    .updateTable('incident_action')
    .set({ ...change, content: seal.seal(id, content), revision: sql<number>`revision + 1` })
    .where('id', '=', id)
    .execute();
  return { row: { ...stored.row, ...change, revision: revision + 1 }, content };
}

/** Newest first. */
export async function readActions(db: ActionDb, query: ActionQuery): Promise<ActionRow[]> {
  const { state, action, incident, run, application, cursor, limit } = query;
  let rows = db.selectFrom('incident_action').selectAll();
  if (state === 'open') rows = rows.where(sql<boolean>`state in ('waiting', 'running', 'effective')`);
  else if (state !== 'all') rows = rows.where('state', '=', state);
  if (action !== undefined) rows = rows.where('action', '=', action);
  if (incident !== undefined) rows = rows.where('incident', '=', incident);
  if (run !== undefined) rows = rows.where('run', '=', run);
  if (application !== undefined) rows = rows.where('application', '=', application);
  if (cursor !== undefined) rows = rows.where('id', '<', cursor);
  return rows.orderBy('id', 'desc').limit(limit).execute();
}

/** Of a run, the one that began last first: what came later may stand on what came before. */
export async function readOfRun(db: ActionDb, run: string): Promise<ActionRow[]> {
  return db
    .selectFrom('incident_action')
    .selectAll()
    .where('run', '=', run)
    .orderBy(sql`coalesce(began_at, requested_at)`, 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** What is due, by its kind: a request that nobody decided, an effect whose time is over, work that somebody left. */
export async function readDue(
  db: ActionDb,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly { readonly id: string; readonly due: 'decide' | 'end' | 'work' }[]> {
  const { rows } = await sql<{ id: string; due: 'decide' | 'end' | 'work' }>`
    select id, 'decide' as due from incident_action where state = 'waiting' and decide_by <= ${now}
    union all select id, 'end' from incident_action where state = 'effective' and expires_at <= ${now}
    union all select id, 'work' from incident_action where state = 'running' and claimed_until <= ${now}
    order by id limit ${limit}`.execute(db);
  return rows;
}

/** What this node began and did not bring to its end: it was killed, for there is one process of this name. */
export async function readLeft(db: ActionDb, node: string): Promise<string[]> {
  const rows = await db
    .selectFrom('incident_action')
    .select('id')
    .where('state', '=', 'running')
    .where('node', '=', node)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
