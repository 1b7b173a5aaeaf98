import type { BackupView } from '@holdfast/contract';
import { basename } from 'node:path';
import type { BackupRow, RecoveryDb } from './tables.ts';

interface Paged {
  readonly node: string;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export const toBackupView = (row: BackupRow): BackupView => ({
  id: row.id,
  file: basename(row.path),
  bytes: row.bytes,
  sha256: row.sha256,
  createdAt: row.created_at,
  createdBy: row.created_by,
  ledgerSize: row.ledger_size,
  state: row.state,
  verifiedAt: row.verified_at,
  detail: row.detail,
});

/** Newest first. */
export async function readBackups(db: RecoveryDb, { node, cursor, limit }: Paged): Promise<BackupRow[]> {
  let query = db.selectFrom('recovery_backup').selectAll().where('node', '=', node);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Those whose files should lie there, newest first. */
export async function readKeptBackups(db: RecoveryDb, node: string, limit: number): Promise<BackupRow[]> {
  const kept = db.selectFrom('recovery_backup').selectAll().where('node', '=', node).where('state', '<>', 'gone');
  return kept.orderBy('id', 'desc').limit(limit).execute();
}

export async function findBackup(db: RecoveryDb, node: string, id: string): Promise<BackupRow | null> {
  const query = db.selectFrom('recovery_backup').selectAll().where('node', '=', node).where('id', '=', id);
  return (await query.executeTakeFirst()) ?? null;
}

/** The newest that was verified, or, where none was, the newest that nobody looked at. */
export async function newestBackup(db: RecoveryDb, node: string): Promise<BackupRow | null> {
  for (const state of ['verified', 'unverified'] as const) {
    const query = db.selectFrom('recovery_backup').selectAll().where('node', '=', node).where('state', '=', state);
    const row = await query.orderBy('id', 'desc').limit(1).executeTakeFirst();
    if (row !== undefined) return row;
  }
  return null;
}

export async function addBackup(tx: RecoveryDb, row: BackupRow): Promise<void> {
  await tx.insertInto('recovery_backup').values(row).execute();
}

export async function setBackup(
  tx: RecoveryDb,
  id: string,
  change: Partial<Pick<BackupRow, 'state' | 'verified_at' | 'detail'>>,
): Promise<void> {
  await tx.updateTable('recovery_backup').set(change).where('id', '=', id).execute();
}

/** What became of the last try at this node. */
export async function readTry(db: RecoveryDb, node: string): Promise<{ triedAt: number; trouble: string | null } | null> {
  const row = await db.selectFrom('recovery_try').selectAll().where('node', '=', node).executeTakeFirst();
  return row === undefined ? null : { triedAt: row.tried_at, trouble: row.trouble };
}

export async function noteTry(tx: RecoveryDb, node: string, tried: { at: number; trouble: string | null }): Promise<void> {
  const values = { tried_at: tried.at, trouble: tried.trouble };
  await tx
    .insertInto('recovery_try')
    .values({ node, ...values })
    .onConflict((conflict) => conflict.column('node').doUpdateSet(values))
    .execute();
}
