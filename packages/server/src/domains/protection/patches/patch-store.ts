import {
  patchMatchSchema,
  patchPlaceSchema,
  patchTestSchema,
  type PatchQuery,
  type PatchTest,
  type PatchView,
} from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';

/** A patch as it is stored. */
export interface Patch extends Omit<PatchView, 'hits' | 'action'> {
  readonly was: 'detect' | 'enforce';
  readonly definedAt: number;
  readonly warned: boolean;
}

type Row = Selectable<ProtectionTables['protection_patch']>;

function readTest(text: string | null): PatchTest | null {
  return text === null ? null : (patchTestSchema.safeParse(JSON.parse(text)).data ?? null);
}

function toPatch(row: Row): Patch {
  const { id, finding, source, reason, state, was, warned, revision } = row;
  const { application, method, route, location, parameter } = row;
  return {
    ...patchPlaceSchema.parse({ application, method, route, location, parameter }),
    id,
    match: patchMatchSchema.parse(row.match),
    finding,
    source,
    reason,
    state,
    was,
    createdAt: row.created_at,
    createdBy: row.created_by,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
    definedAt: row.defined_at,
    expiresAt: row.expires_at,
    warned,
    test: readTest(row.test),
    revision,
  };
}

function toRow(patch: Patch) {
  const { id, application, method, route, location, parameter, finding, source, reason, state, was, warned, revision } = patch;
  return {
    id,
    application,
    method,
    route,
    location,
    parameter,
    match: JSON.stringify(patch.match),
    finding,
    source,
    reason,
    state,
    was,
    created_at: patch.createdAt,
    created_by: patch.createdBy,
    changed_at: patch.changedAt,
    changed_by: patch.changedBy,
    defined_at: patch.definedAt,
    expires_at: patch.expiresAt,
    warned,
    test: patch.test === null ? null : JSON.stringify(patch.test),
    revision,
  };
}

export async function insertPatch(tx: ProtectionDb, patch: Patch): Promise<void> {
  await tx.insertInto('protection_patch').values(toRow(patch)).execute();
}

/** False when somebody else changed it meanwhile. */
export async function replacePatch(tx: ProtectionDb, before: Patch, next: Patch): Promise<boolean> {
  const { id: _id, ...columns } = toRow({ ...next, revision: before.revision + 1 });
  const { numUpdatedRows } = await tx
    .updateTable('protection_patch')
    .set(columns)
    .where('id', '=', before.id)
    .where('revision', '=', before.revision)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function readPatch(db: ProtectionDb, id: string): Promise<Patch | null> {
  const row = await db.selectFrom('protection_patch').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toPatch(row);
}

export async function findLiveByFinding(db: ProtectionDb, application: string, finding: string): Promise<Patch | null> {
  const row = await db
    .selectFrom('protection_patch')
    .selectAll()
    .where('application', '=', application)
    .where('finding', '=', finding)
    .where('state', 'in', ['detect', 'enforce'])
    .executeTakeFirst();
  return row === undefined ? null : toPatch(row);
}

export async function countLive(db: ProtectionDb, application: string): Promise<number> {
  const row = await db
    .selectFrom('protection_patch')
    .select((query) => query.fn.countAll().as('count'))
    .where('application', '=', application)
    .where('state', 'in', ['detect', 'enforce'])
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Of all applications. */
export async function countAllLive(db: ProtectionDb): Promise<number> {
  const row = await db
    .selectFrom('protection_patch')
    .select((query) => query.fn.countAll().as('count'))
    .where('state', 'in', ['detect', 'enforce'])
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Newest first, one more than asked for when there are more. */
export async function listPatches(db: ProtectionDb, query: PatchQuery): Promise<Patch[]> {
  const { application, state, finding, cursor, limit } = query;
  let rows = db.selectFrom('protection_patch').selectAll();
  if (application !== undefined) rows = rows.where('application', '=', application);
  if (finding !== undefined) rows = rows.where('finding', '=', finding);
  if (state === 'live') rows = rows.where('state', 'in', ['detect', 'enforce']);
  else if (state !== 'all') rows = rows.where('state', '=', state);
  if (cursor !== undefined) rows = rows.where('id', '<', cursor);
  const found = await rows
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return found.map(toPatch);
}

/** What the gateway is told of. */
export async function readInForce(db: ProtectionDb, now: number): Promise<Patch[]> {
  const rows = await db
    .selectFrom('protection_patch')
    .selectAll()
    .where('state', 'in', ['detect', 'enforce'])
    .where('expires_at', '>', now)
    .execute();
  return rows.map(toPatch);
}

/** Live ones that end before then, soonest first; with `isUnwarned` only those of which nobody was told. */
export async function readEnding(
  db: ProtectionDb,
  { before, isUnwarned, limit }: { readonly before: number; readonly isUnwarned: boolean; readonly limit: number },
): Promise<Patch[]> {
  let ending = db
    .selectFrom('protection_patch')
    .selectAll()
    .where('state', 'in', ['detect', 'enforce'])
    .where('expires_at', '<=', before);
  if (isUnwarned) ending = ending.where('warned', '=', false);
  const rows = await ending.orderBy('expires_at').limit(limit).execute();
  return rows.map(toPatch);
}

/** Ended ones are kept so that they can come back, and to be read about. */
export async function dropEnded(tx: ProtectionDb, before: number): Promise<void> {
  const ended = tx
    .selectFrom('protection_patch')
    .select('id')
    .where('state', 'in', ['expired', 'removed'])
    .where('changed_at', '<', before);
  await tx.deleteFrom('protection_patch_hit').where('patch', 'in', ended).execute();
  await tx.deleteFrom('protection_patch').where('state', 'in', ['expired', 'removed']).where('changed_at', '<', before).execute();
}
