import type { AllowView, BanView } from '@holdfast/contract';
import { sql, type Selectable } from 'kysely';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';

/** Rows of one INSERT: far below the 65,535 parameters that the wire protocol takes. */
const ROWS_PER_INSERT = 1000;

type Sequenced<View> = View & { readonly seq: number };
interface Range {
  /** Rows older than this one; null = from the newest. */
  readonly before: number | null;
  readonly limit: number;
}

const toBan = (row: Selectable<ProtectionTables['protection_ban']>): Sequenced<BanView> => ({
  seq: row.seq,
  prefix: row.prefix,
  reason: row.reason,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
});

const toAllow = (row: Selectable<ProtectionTables['protection_allow']>): Sequenced<AllowView> => ({
  seq: row.seq,
  prefix: row.prefix,
  reason: row.reason,
  origin: row.origin,
  createdAt: row.created_at,
  createdBy: row.created_by,
});

type SearchedRange = Range & { readonly part?: string | undefined };

/** Not a pattern, in which `%` and `_` would have a meaning. */
const hasPart = (part: string) => sql<boolean>`(strpos(prefix, ${part}) > 0 or strpos(lower(reason), ${part}) > 0)`;

export async function readBanPage(db: ProtectionDb, { before, limit, part }: SearchedRange): Promise<Sequenced<BanView>[]> {
  let bans = db.selectFrom('protection_ban').selectAll();
  if (before !== null) bans = bans.where('seq', '<', before);
  if (part !== undefined) bans = bans.where(hasPart(part));
  const rows = await bans.orderBy('seq', 'desc').limit(limit).execute();
  return rows.map(toBan);
}

export async function readAllowPage(db: ProtectionDb, { before, limit, part }: SearchedRange): Promise<Sequenced<AllowView>[]> {
  let allows = db.selectFrom('protection_allow').selectAll();
  if (before !== null) allows = allows.where('seq', '<', before);
  if (part !== undefined) allows = allows.where(hasPart(part));
  const rows = await allows.orderBy('seq', 'desc').limit(limit).execute();
  return rows.map(toAllow);
}

/** What the snapshot needs of the bans in force. */
export async function readActiveBans(db: ProtectionDb, now: number): Promise<{ prefix: string; expiresAt: number | null }[]> {
  const rows = await db
    .selectFrom('protection_ban')
    .select(['prefix', 'expires_at'])
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
    .execute();
  return rows.map((row) => ({ prefix: row.prefix, expiresAt: row.expires_at }));
}

export async function readAllowPrefixes(db: ProtectionDb): Promise<string[]> {
  return (await db.selectFrom('protection_allow').select('prefix').execute()).map((row) => row.prefix);
}

export async function readBans(db: ProtectionDb, prefixes: readonly string[]): Promise<BanView[]> {
  if (prefixes.length === 0) return [];
  const rows = await db
    .selectFrom('protection_ban')
    .selectAll()
    .where('prefix', 'in', [...prefixes])
    .execute();
  return rows.map(toBan).map(({ seq: _seq, ...ban }) => ban);
}

export async function countBans(db: ProtectionDb): Promise<number> {
  const row = await db
    .selectFrom('protection_ban')
    .select((query) => query.fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** A ban of the same prefix is replaced: the later decision counts. */
export async function upsertBans(tx: ProtectionDb, bans: readonly BanView[]): Promise<void> {
  for (let start = 0; start < bans.length; start += ROWS_PER_INSERT) {
    const values = bans.slice(start, start + ROWS_PER_INSERT).map((ban) => ({
      prefix: ban.prefix,
      reason: ban.reason,
      created_at: ban.createdAt,
      created_by: ban.createdBy,
      expires_at: ban.expiresAt,
    }));
    await tx
      .insertInto('protection_ban')
      .values(values)
      .onConflict((conflict) =>
        conflict.column('prefix').doUpdateSet((row) => ({
          reason: row.ref('excluded.reason'),
          created_at: row.ref('excluded.created_at'),
          created_by: row.ref('excluded.created_by'),
          expires_at: row.ref('excluded.expires_at'),
        })),
      )
      .execute();
  }
}

export async function deleteBan(tx: ProtectionDb, prefix: string): Promise<boolean> {
  const result = await tx.deleteFrom('protection_ban').where('prefix', '=', prefix).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function readAllBans(tx: ProtectionDb): Promise<Map<string, number | null>> {
  const rows = await tx.selectFrom('protection_ban').select(['prefix', 'expires_at']).execute();
  return new Map(rows.map((row) => [row.prefix, row.expires_at]));
}

export async function deleteBans(tx: ProtectionDb, prefixes: readonly string[]): Promise<void> {
  for (let start = 0; start < prefixes.length; start += ROWS_PER_INSERT) {
    await tx
      .deleteFrom('protection_ban')
      .where('prefix', 'in', prefixes.slice(start, start + ROWS_PER_INSERT))
      .execute();
  }
}

/** Bans whose time is over, at most `limit`, removed and returned. */
export async function takeExpiredBans(tx: ProtectionDb, now: number, limit: number): Promise<string[]> {
  const expired = tx.selectFrom('protection_ban').select('seq').where('expires_at', '<=', now).orderBy('expires_at').limit(limit);
  const rows = await tx.deleteFrom('protection_ban').where('seq', 'in', expired).returning('prefix').execute();
  return rows.map((row) => row.prefix);
}

export async function insertAllow(tx: ProtectionDb, allow: AllowView): Promise<boolean> {
  const result = await tx
    .insertInto('protection_allow')
    .values({
      prefix: allow.prefix,
      reason: allow.reason,
      origin: allow.origin,
      created_at: allow.createdAt,
      created_by: allow.createdBy,
    })
    .onConflict((conflict) => conflict.column('prefix').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

export async function deleteAllow(tx: ProtectionDb, prefix: string): Promise<boolean> {
  const result = await tx.deleteFrom('protection_allow').where('prefix', '=', prefix).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function readDeclaredAllows(tx: ProtectionDb): Promise<string[]> {
  const rows = await tx.selectFrom('protection_allow').select('prefix').where('origin', '=', 'config').execute();
  return rows.map((row) => row.prefix);
}
