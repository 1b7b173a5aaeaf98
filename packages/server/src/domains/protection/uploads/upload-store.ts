import type { ScannerVerdict, UploadListQuery } from '@holdfast/contract';
import { sql, type Selectable } from 'kysely';
import type { ProtectionDb } from '../tables.ts';
import type { StoredState, UploadTables } from './tables.ts';

export type UploadRow = Selectable<UploadTables['protection_upload']>;

export const KEPT: readonly StoredState[] = ['held', 'clean', 'infected', 'released'];

export type NewUpload = Omit<UploadRow, 'scans' | 'times' | 'judged_at' | 'retry_at' | 'decided_at' | 'decided_by' | 'reason'> & {
  readonly scans: readonly ScannerVerdict[];
};

/** False = these bytes are kept already, for this application. */
export async function insertUpload(tx: ProtectionDb, row: NewUpload): Promise<boolean> {
  const inserted = await tx
    .insertInto('protection_upload')
    .values({
      ...row,
      scans: JSON.stringify(row.scans),
      times: 1,
      judged_at: null,
      retry_at: 0,
      decided_at: null,
      decided_by: null,
      reason: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function findUpload(db: ProtectionDb, id: string): Promise<UploadRow | null> {
  const row = await db
    .selectFrom('protection_upload')
    .selectAll()
    .where('id', '=', id)
    .where('state', '<>', 'pending')
    .executeTakeFirst();
  return row ?? null;
}

/** Locked until the transaction ends. */
export async function lockUpload(tx: ProtectionDb, id: string): Promise<UploadRow | null> {
  const row = await tx.selectFrom('protection_upload').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ?? null;
}

export async function lockKept(
  tx: ProtectionDb,
  { application, hash }: Pick<UploadRow, 'application' | 'hash'>,
): Promise<UploadRow | null> {
  const row = await tx
    .selectFrom('protection_upload')
    .selectAll()
    .where('application', '=', application)
    .where('hash', '=', hash)
    .where('state', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** Of all applications, with these bytes. */
export async function lockWithHash(tx: ProtectionDb, hash: string): Promise<UploadRow[]> {
  return tx
    .selectFrom('protection_upload')
    .selectAll()
    .where('hash', '=', hash)
    .where('state', 'in', KEPT)
    .orderBy('id')
    .forUpdate()
    .execute();
}

type Change = Partial<Omit<UploadRow, 'id' | 'scans'>> & { readonly scans?: readonly ScannerVerdict[] };

export async function changeUpload(tx: ProtectionDb, id: string, { scans, ...change }: Change): Promise<void> {
  await tx
    .updateTable('protection_upload')
    .set({ ...change, ...(scans === undefined ? {} : { scans: JSON.stringify(scans) }) })
    .where('id', '=', id)
    .execute();
}

export async function dropUpload(tx: ProtectionDb, id: string): Promise<void> {
  await tx.deleteFrom('protection_upload').where('id', '=', id).execute();
}

/** Newest first, after this id. */
export async function readUploads(
  db: ProtectionDb,
  { state, application, hash, cursor, limit }: UploadListQuery,
): Promise<UploadRow[]> {
  let query = db.selectFrom('protection_upload').selectAll().where('state', '<>', 'pending').orderBy('id', 'desc').limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (application !== undefined) query = query.where('application', '=', application);
  if (hash !== undefined) query = query.where('hash', '=', hash);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.execute();
}

export async function keptOn(
  tx: ProtectionDb,
  node: string,
): Promise<Pick<UploadRow, 'id' | 'state' | 'bytes' | 'created_at' | 'hash'>[]> {
  return tx
    .selectFrom('protection_upload')
    .select(['id', 'state', 'bytes', 'created_at', 'hash'])
    .where('node', '=', node)
    .where('state', '<>', 'deleted')
    .execute();
}

export async function keptBytes(tx: ProtectionDb, node: string): Promise<number> {
  const row = await tx
    .selectFrom('protection_upload')
    .select((query) => query.fn.sum<string>('bytes').as('bytes'))
    .where('node', '=', node)
    .where('state', '<>', 'deleted')
    .executeTakeFirst();
  // Sums of bigint are numeric in SQL, which the drivers hand over as text.
  return Number(row?.bytes ?? 0);
}

export async function countByState(db: ProtectionDb): Promise<{ state: StoredState; files: number; bytes: number }[]> {
  const rows = await db
    .selectFrom('protection_upload')
    .select((query) => ['state', query.fn.countAll<string>().as('files'), query.fn.sum<string>('bytes').as('bytes')])
    .where('state', 'in', KEPT)
    .groupBy('state')
    .execute();
  return rows.map(({ state, files, bytes }) => ({ state, files: Number(files), bytes: Number(bytes) }));
}

const behindOn = (db: ProtectionDb, node: string, rules: string) =>
  db
    .selectFrom('protection_upload')
    .where('node', '=', node)
    .where('state', 'in', KEPT)
    .where(sql<boolean>`judged_with is distinct from ${rules}`);

/** Kept at this node, and not seen by these rules. */
export async function readBehind(
  db: ProtectionDb,
  node: string,
  { rules, now, limit, after }: { readonly rules: string; readonly now: number; readonly limit: number; readonly after: string },
): Promise<UploadRow[]> {
  const due = behindOn(db, node, rules).selectAll().where('retry_at', '<=', now).where('id', '>', after);
  return due.orderBy('id').limit(limit).execute();
}

export async function countBehind(db: ProtectionDb, node: string, rules: string): Promise<number> {
  const row = await behindOn(db, node, rules)
    .select((query) => query.fn.countAll<string>().as('files'))
    .executeTakeFirst();
  return Number(row?.files ?? 0);
}

/** All, or one: scanned again at the next turn. */
export async function forgetJudgement(db: ProtectionDb, id: string | null): Promise<void> {
  const query = db.updateTable('protection_upload').set({ judged_with: null, retry_at: 0 }).where('state', 'in', KEPT);
  await (id === null ? query : query.where('id', '=', id)).execute();
}

export async function dropOldEntries(db: ProtectionDb, before: number): Promise<void> {
  await db.deleteFrom('protection_upload').where('state', '=', 'deleted').where('decided_at', '<', before).execute();
}
