import { releaseCheckSchema, type Isolation, type ReleaseCheck } from '@holdfast/contract';
import { sql, type Selectable } from 'kysely';
import { z } from 'zod';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';
import type { IsolationRow } from './isolations.ts';

type Row = Selectable<ProtectionTables['protection_isolation']>;

const checksSchema = z.array(releaseCheckSchema);

const toRow = (row: Row): IsolationRow => ({
  id: row.id,
  application: row.application,
  kind: row.kind,
  method: row.method,
  route: row.route,
  allow: row.allow,
  createdAt: row.created_at,
  createdBy: row.created_by,
  reason: row.reason,
  expiresAt: row.expires_at,
  refused: row.refused,
  checks: row.checks === null ? [] : checksSchema.parse(JSON.parse(row.checks)),
  checkedAt: row.checked_at,
});

/** What gateways need of it. */
export const isolationOf = ({ id, application, kind, method, route, allow, expiresAt }: IsolationRow): Isolation => ({
  id,
  application,
  kind,
  method,
  route,
  allow: [...allow],
  expiresAt,
});

/** Newest first. */
export async function readIsolations(db: ProtectionDb, now: number): Promise<IsolationRow[]> {
  const rows = await db
    .selectFrom('protection_isolation')
    .selectAll()
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(toRow);
}

export async function readIsolation(db: ProtectionDb, id: string): Promise<IsolationRow | null> {
  const row = await db.selectFrom('protection_isolation').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRow(row);
}

export async function countIsolations(db: ProtectionDb): Promise<number> {
  const row = await db
    .selectFrom('protection_isolation')
    .select((query) => query.fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function insertIsolation(tx: ProtectionDb, row: IsolationRow): Promise<void> {
  const { id, application, kind, method, route, createdAt, createdBy, reason, expiresAt } = row;
  const stored = { id, application, kind, method, route, reason, refused: 0, checks: null, checked_at: null };
  await tx
    .insertInto('protection_isolation')
    .values({
      ...stored,
      allow: JSON.stringify(row.allow),
      created_at: createdAt,
      created_by: createdBy,
      expires_at: expiresAt,
    })
    .execute();
}

/** Null = somebody else ended it before. */
export async function deleteIsolation(tx: ProtectionDb, id: string): Promise<IsolationRow | null> {
  const row = await tx.deleteFrom('protection_isolation').where('id', '=', id).returningAll().executeTakeFirst();
  return row === undefined ? null : toRow(row);
}

/** Those whose time is over. */
export async function readOver(db: ProtectionDb, now: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('protection_isolation')
    .select('id')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

export async function addRefused(db: ProtectionDb, id: string, count: number): Promise<void> {
  await db
    .updateTable('protection_isolation')
    .set({ refused: sql<number>`refused + ${count}` })
    .where('id', '=', id)
    .execute();
}

export async function writeChecks(
  db: ProtectionDb,
  id: string,
  { checks, checkedAt }: { readonly checks: readonly ReleaseCheck[]; readonly checkedAt: number },
): Promise<void> {
  await db
    .updateTable('protection_isolation')
    .set({ checks: JSON.stringify(checks), checked_at: checkedAt })
    .where('id', '=', id)
    .execute();
}
