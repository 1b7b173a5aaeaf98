import type { RunQuery } from '@holdfast/contract';
import { sql } from 'kysely';
import type { RunDb, RunRow, RunTables } from './tables.ts';

const OPEN = sql<boolean>`state in ('running', 'waiting')`;

export async function insertRun(tx: RunDb, row: RunRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows: inserted } = await tx
    .insertInto('incident_run')
    .values({ ...row, actor: JSON.stringify(row.actor) })
    // One that began by itself for the same thing is there already.
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted === 1n;
}

export async function findRun(db: RunDb, id: string): Promise<RunRow | null> {
  return (await db.selectFrom('incident_run').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Newest first. */
export async function readRuns(db: RunDb, { state, playbook, incident, cursor, limit }: RunQuery): Promise<RunRow[]> {
  let query = db.selectFrom('incident_run').selectAll();
  if (state === 'open') query = query.where(OPEN);
  else if (state !== 'all') query = query.where('state', '=', state);
  if (playbook !== undefined) query = query.where('playbook', '=', playbook);
  if (incident !== undefined) query = query.where('incident', '=', incident);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Open ones that nobody holds now, oldest first. */
export async function readFree(
  db: RunDb,
  { node, now, limit }: { readonly node: string; readonly now: number; readonly limit: number },
): Promise<RunRow[]> {
  return db
    .selectFrom('incident_run')
    .selectAll()
    .where(OPEN)
    .where((where) => where.or([where('holder', 'is', null), where('holder', '=', node), where('held_until', '<', now)]))
    .orderBy('id')
    .limit(limit)
    .execute();
}

export interface Hold {
  readonly id: string;
  readonly node: string;
  readonly now: number;
  readonly until: number;
}

/** Takes a run that nobody holds; the number is what its writes carry. Null = somebody else was faster. */
export async function holdRun(db: RunDb, { id, node, now, until }: Hold): Promise<number | null> {
  const row = await db
    .updateTable('incident_run')
    .set({ holder: node, held_until: until, fence: sql<number>`fence + 1` })
    .where('id', '=', id)
    .where((where) => where.or([where('holder', 'is', null), where('holder', '=', node), where('held_until', '<', now)]))
    .returning('fence')
    .executeTakeFirst();
  return row?.fence ?? null;
}

/** Goes on holding it. False = it was taken over. */
export async function renewHold(
  db: RunDb,
  held: { readonly id: string; readonly fence: number; readonly until: number },
): Promise<boolean> {
  const { numUpdatedRows: updated } = await db
    .updateTable('incident_run')
    .set({ held_until: held.until })
    .where('id', '=', held.id)
    .where('fence', '=', held.fence)
    .executeTakeFirst();
  return updated === 1n;
}

export interface RunWrite {
  readonly id: string;
  readonly fence: number;
  readonly set: Partial<Pick<RunTables['incident_run'], 'state' | 'ended_at' | 'waiting' | 'memory' | 'holder'>>;
  readonly visits: readonly { readonly seq: number; readonly visit: string }[];
}

/** False = it was taken over, and nothing was written. */
export async function writeRun(tx: RunDb, { id, fence, set, visits }: RunWrite): Promise<boolean> {
  const { numUpdatedRows: updated } = await tx
    .updateTable('incident_run')
    .set({ ...set, revision: sql<number>`revision + 1` })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .executeTakeFirst();
  if (updated !== 1n) return false;
  for (const { seq, visit } of visits)
    await tx
      .insertInto('incident_run_visit')
      .values({ run: id, seq, visit })
      .onConflict((conflict) => conflict.columns(['run', 'seq']).doUpdateSet({ visit }))
      .execute();
  return true;
}

export async function readVisits(db: RunDb, run: string): Promise<{ seq: number; visit: string }[]> {
  return db.selectFrom('incident_run_visit').select(['seq', 'visit']).where('run', '=', run).orderBy('seq').execute();
}
