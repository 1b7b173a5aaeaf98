import type { Rotation, SecretRef } from '@holdfast/contract';
import { sql } from 'kysely';
import { refOf } from '../store/step.ts';
import type { RotationListQuery } from './rotations.ts';
import type { RotationDb, RotationRow } from './tables.ts';

export function toRotation(row: RotationRow): Rotation {
  return {
    ...refOf(row),
    id: row.id,
    rotator: row.settings.rotator,
    isDrill: row.is_drill,
    cause: row.cause,
    step: row.step,
    outcome: row.outcome,
    trouble: row.trouble,
    oldVersion: row.old_version,
    newVersion: row.new_version,
    startedAt: row.started_at,
    startedBy: row.started_by,
    publishedAt: row.published_at,
    overlapUntil: row.overlap_until,
    finishedAt: row.finished_at,
    verifiedMs: row.verified_ms,
  };
}

/** Throws a unique violation when one runs already. */
export async function insertRotation(tx: RotationDb, row: RotationRow): Promise<void> {
  await tx
    .insertInto('secret_rotation')
    .values({ ...row, settings: JSON.stringify(row.settings), facts: JSON.stringify(row.facts) })
    .execute();
}

export async function findRotation(db: RotationDb, id: string): Promise<RotationRow | null> {
  return (await db.selectFrom('secret_rotation').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

export async function findRunning(db: RotationDb, ref: SecretRef): Promise<RotationRow | null> {
  const row = await db
    .selectFrom('secret_rotation')
    .selectAll()
    .where('application', '=', ref.application)
    .where('environment', '=', ref.environment)
    .where('name', '=', ref.name)
    .where('finished_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Newest first. */
export async function readRotations(
  db: RotationDb,
  { application, environment, name, running, cursor, limit }: RotationListQuery,
): Promise<RotationRow[]> {
  let rows = db.selectFrom('secret_rotation').selectAll();
  if (application !== undefined) rows = rows.where('application', '=', application);
  if (environment !== undefined) rows = rows.where('environment', '=', environment);
  if (name !== undefined) rows = rows.where('name', '=', name);
  if (running !== undefined) rows = rows.where('finished_at', running ? 'is' : 'is not', null);
  if (cursor !== undefined) rows = rows.where('id', '<', cursor);
  return rows.orderBy('id', 'desc').limit(limit).execute();
}

export interface Claim {
  /** Names this process, so that what it left is free when it starts again. */
  readonly holder: string;
  readonly now: number;
  readonly until: number;
}

const isFree = (now: number) =>
  sql<boolean>`(finished_at is null and due_at <= ${now} and (claimed_until is null or claimed_until <= ${now}))`;

/** Those that are due and that nobody works on. */
export async function readDueRotations(db: RotationDb, now: number, max: number): Promise<string[]> {
  const rows = await db.selectFrom('secret_rotation').select('id').where(isFree(now)).orderBy('due_at').limit(max).execute();
  return rows.map(({ id }) => id);
}

/** This one is in the hands of the holder from now on; null = it is not due, or in other hands. */
export async function claimRotation(db: RotationDb, { holder, now, until }: Claim, id: string): Promise<RotationRow | null> {
  const row = await db
    .updateTable('secret_rotation')
    .set({ claim: holder, claimed_until: until })
    .where('id', '=', id)
    .where(isFree(now))
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Moves on, unless somebody else took over meanwhile: false = nothing was written. */
export async function moveRotation(
  tx: RotationDb,
  { id, step, claim }: Pick<RotationRow, 'id' | 'step' | 'claim'>,
  change: Partial<Omit<RotationRow, 'id' | 'settings' | 'facts'>> & { readonly facts?: string },
): Promise<RotationRow | null> {
  const row = await tx
    .updateTable('secret_rotation')
    .set(change)
    .where('id', '=', id)
    .where('step', '=', step)
    .where('claim', '=', claim)
    .where('finished_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** What an earlier process of this node held: it is gone. */
export async function releaseClaims(db: RotationDb, node: string): Promise<void> {
  await db
    .updateTable('secret_rotation')
    .set({ claim: null, claimed_until: null })
    .where('finished_at', 'is', null)
    .where(sql<boolean>`split_part(claim, ':', 1) = ${node}`)
    .execute();
}

/** Its overlap is over from now on. */
export async function endOverlap(tx: RotationDb, id: string, now: number): Promise<void> {
  await tx
    .updateTable('secret_rotation')
    .set({ overlap_until: now, due_at: now })
    .where('id', '=', id)
    .where('step', '=', 'overlap')
    .execute();
}

/** Finished ones are history; the ledger keeps their events. */
export async function forgetRotations(db: RotationDb, before: number): Promise<void> {
  await db.deleteFrom('secret_rotation').where('finished_at', '<', before).execute();
}
