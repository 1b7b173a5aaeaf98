import { PERMISSIONS } from '@holdfast/contract';
import { sql, type JSONColumnType, type Kysely, type Selectable } from 'kysely';
import { z } from 'zod';
import type { VaultToken } from './vault-token.ts';

export type VaultTokenTables = {
  secrets_vault_token: {
    accessor: string;
    hash: string;
    account: string;
    display_name: string;
    permissions: JSONColumnType<string[]>;
    meta: JSONColumnType<Record<string, string>>;
    cidrs: JSONColumnType<string[]>;
    role: string | null;
    parent: string | null;
    parent_hash: string | null;
    is_renewable: boolean;
    ttl_ms: number;
    period_ms: number | null;
    ends_at: number;
    uses_left: number | null;
    created_at: number;
    created_by: string;
    renewed_at: number | null;
    expires_at: number;
    revoked_at: number | null;
  };
};
export type VaultTokenDb = Kysely<VaultTokenTables>;

/** As stored: the account by its id alone, and what nobody outside needs. */
export interface StoredVaultToken extends Omit<VaultToken, 'account' | 'isOrphan'> {
  readonly account: string;
  readonly hash: string;
  readonly parent: string | null;
  readonly parentHash: string | null;
  readonly createdBy: string;
  readonly revokedAt: number | null;
}

// A permission that this version does not know any more makes the row unreadable, which is the safe side of two.
const permissionsSchema = z.array(z.enum(PERMISSIONS));

function toStored(row: Selectable<VaultTokenTables['secrets_vault_token']>): StoredVaultToken {
  return {
    accessor: row.accessor,
    hash: row.hash,
    account: row.account,
    displayName: row.display_name,
    permissions: permissionsSchema.parse(row.permissions),
    meta: row.meta,
    cidrs: row.cidrs,
    role: row.role,
    parent: row.parent,
    parentHash: row.parent_hash,
    isRenewable: row.is_renewable,
    ttlMs: row.ttl_ms,
    periodMs: row.period_ms,
    endsAt: row.ends_at,
    usesLeft: row.uses_left,
    createdAt: row.created_at,
    createdBy: row.created_by,
    renewedAt: row.renewed_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

export async function insertVaultToken(tx: VaultTokenDb, token: StoredVaultToken): Promise<void> {
  await tx
    .insertInto('secrets_vault_token')
    .values({
      accessor: token.accessor,
      hash: token.hash,
      account: token.account,
      display_name: token.displayName,
      permissions: JSON.stringify(token.permissions),
      meta: JSON.stringify(token.meta),
      cidrs: JSON.stringify(token.cidrs),
      role: token.role,
      parent: token.parent,
      parent_hash: token.parentHash,
      is_renewable: token.isRenewable,
      ttl_ms: token.ttlMs,
      period_ms: token.periodMs,
      ends_at: token.endsAt,
      uses_left: token.usesLeft,
      created_at: token.createdAt,
      created_by: token.createdBy,
      renewed_at: null,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .execute();
}

export async function findVaultToken(
  db: VaultTokenDb,
  by: { readonly hash: string } | { readonly accessor: string },
): Promise<StoredVaultToken | null> {
  const all = db.selectFrom('secrets_vault_token').selectAll();
  const one = 'hash' in by ? all.where('hash', '=', by.hash) : all.where('accessor', '=', by.accessor);
  const row = await one.executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** Usable at `now`, in the order of making. */
export async function readAccessors(db: VaultTokenDb, now: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('secrets_vault_token')
    .select('accessor')
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('accessor')
    .limit(limit)
    .execute();
  return rows.map(({ accessor }) => accessor);
}

export async function countVaultTokens(db: VaultTokenDb, now: number): Promise<number> {
  const row = await db
    .selectFrom('secrets_vault_token')
    .select((query) => query.fn.countAll().as('count'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Takes one use, whoever else takes one at the same moment; null = none is left. */
export async function takeUse(db: VaultTokenDb, accessor: string): Promise<number | null> {
  const row = await db
    .updateTable('secrets_vault_token')
    .set({ uses_left: sql<number>`uses_left - 1` })
    .where('accessor', '=', accessor)
    .where('uses_left', '>', 0)
    .where('revoked_at', 'is', null)
    .returning('uses_left')
    .executeTakeFirst();
  return row === undefined ? null : Number(row.uses_left);
}

export async function extend(
  tx: VaultTokenDb,
  accessor: string,
  { expiresAt, now }: { expiresAt: number; now: number },
): Promise<boolean> {
  const row = await tx
    .updateTable('secrets_vault_token')
    .set({ expires_at: expiresAt, renewed_at: now })
    .where('accessor', '=', accessor)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('accessor')
    .executeTakeFirst();
  return row !== undefined;
}

/** A token and all that were made with it, and with those. How many were still usable. */
export async function revokeTree(tx: VaultTokenDb, accessor: string, now: number): Promise<number> {
  const { rows } = await sql<{ accessor: string }>`
    with recursive tree as (
      select accessor from secrets_vault_token where accessor = ${accessor}
      union
      select child.accessor from secrets_vault_token child join tree on child.parent = tree.accessor
    )
    update secrets_vault_token set revoked_at = ${now}
    where accessor in (select accessor from tree) and revoked_at is null
    returning accessor`.execute(tx);
  return rows.length;
}

export async function forgetVaultTokens(db: VaultTokenDb, before: number): Promise<void> {
  await db.deleteFrom('secrets_vault_token').where('expires_at', '<', before).execute();
  await db.deleteFrom('secrets_vault_token').where('revoked_at', '<', before).execute();
}
