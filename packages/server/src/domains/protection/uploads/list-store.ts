import type { BlockView } from '@holdfast/contract';
import { sql } from 'kysely';
import type { ProtectionDb } from '../tables.ts';
import type { UploadTables } from './tables.ts';

const ROWS_PER_STATEMENT = 500;

function* chunks<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) yield rows.slice(start, start + ROWS_PER_STATEMENT);
}

/** Of these hashes, those that were not listed before. */
export async function insertBlocks(
  tx: ProtectionDb,
  rows: readonly UploadTables['protection_upload_block'][],
): Promise<Set<string>> {
  const added = new Set<string>();
  for (const some of chunks(rows)) {
    const inserted = await tx
      .insertInto('protection_upload_block')
      .values(some)
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .returning('hash')
      .execute();
    for (const { hash } of inserted) added.add(hash);
  }
  return added;
}

export async function deleteBlock(tx: ProtectionDb, hash: string): Promise<boolean> {
  const result = await tx.deleteFrom('protection_upload_block').where('hash', '=', hash).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function readBlocked(db: ProtectionDb, hashes: readonly string[]): Promise<Set<string>> {
  const rows = await db.selectFrom('protection_upload_block').select('hash').where('hash', 'in', hashes).execute();
  return new Set(rows.map(({ hash }) => hash));
}

export async function countBlocks(db: ProtectionDb): Promise<number> {
  const row = await db
    .selectFrom('protection_upload_block')
    .select((query) => query.fn.countAll<string>().as('hashes'))
    .executeTakeFirst();
  return Number(row?.hashes ?? 0);
}

/** By hash, after this one; `part` is of the hash or of the reason. */
export async function readBlocks(
  db: ProtectionDb,
  { after, limit, part }: { readonly after: string; readonly limit: number; readonly part: string | undefined },
): Promise<BlockView[]> {
  let query = db.selectFrom('protection_upload_block').selectAll().where('hash', '>', after).orderBy('hash').limit(limit);
  if (part !== undefined)
    query = query.where(sql<boolean>`(position(${part} in hash) > 0 or position(${part} in lower(reason)) > 0)`);
  const rows = await query.execute();
  return rows.map((row) => ({ hash: row.hash, reason: row.reason, createdAt: row.created_at, createdBy: row.created_by }));
}

export async function insertRelease(tx: ProtectionDb, row: UploadTables['protection_upload_release']): Promise<void> {
  await tx
    .insertInto('protection_upload_release')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['application', 'hash']).doUpdateSet({ upload: row.upload, rules: row.rules, created_at: row.created_at }),
    )
    .execute();
}

/** In this application, or in all. */
export async function deleteRelease(tx: ProtectionDb, hash: string, application: string | null): Promise<void> {
  const query = tx.deleteFrom('protection_upload_release').where('hash', '=', hash);
  await (application === null ? query : query.where('application', '=', application)).execute();
}

/** The same rules as now: others have to look first. */
export async function readReleased(
  db: ProtectionDb,
  { application, hashes, rules }: { readonly application: string; readonly hashes: readonly string[]; readonly rules: string },
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('protection_upload_release')
    .select('hash')
    .where('application', '=', application)
    .where('hash', 'in', hashes)
    .where('rules', '=', rules)
    .execute();
  return new Set(rows.map(({ hash }) => hash));
}

/** How often these bytes were passed on, where nobody was told so far; from now on somebody was. */
export async function tellPassed(tx: ProtectionDb, hash: string, now: number): Promise<number> {
  const rows = await tx
    .updateTable('protection_upload_passed')
    .set({ told_at: now })
    .where('hash', '=', hash)
    .where('told_at', 'is', null)
    .returning('count')
    .execute();
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Of many hashes, those that were passed on and nobody was told. */
export async function readPassed(tx: ProtectionDb, hashes: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(hashes)) {
    const rows = await tx
      .selectFrom('protection_upload_passed')
      .select('hash')
      .distinct()
      .where('hash', 'in', some)
      .where('told_at', 'is', null)
      .execute();
    found.push(...rows.map(({ hash }) => hash));
  }
  return found;
}
