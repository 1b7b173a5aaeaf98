import { tokenViewSchema, type TokenView } from '@holdfast/contract';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';
import type { TokenAccount } from './accounts/account.ts';

export type IdentityTables = {
  identity_token: {
    id: string;
    name: string;
    hash: string;
    account: string;
    permissions: JSONColumnType<string[]>;
    cidrs: JSONColumnType<string[]>;
    created_at: number;
    created_by: string;
    expires_at: number;
    revoked_at: number | null;
    last_used_at: number | null;
  };
};
/** A token is read together with the account that it belongs to, which `accounts/` writes. */
export type TokenTables = IdentityTables & {
  identity_service_account: {
    id: string;
    name: string;
    status: TokenAccount['status'];
    applications: JSONColumnType<string[]>;
  };
};
export type TokenDb = Kysely<TokenTables>;

export interface StoredToken {
  readonly view: TokenView;
  readonly hash: string;
  readonly account: TokenAccount;
}

interface AccountColumns {
  account_name: string;
  account_status: TokenAccount['status'];
  account_applications: string[];
}

function toStored(row: Selectable<IdentityTables['identity_token']> & AccountColumns): StoredToken {
  const account: TokenAccount = {
    id: row.account,
    name: row.account_name,
    status: row.account_status,
    applications: row.account_applications,
  };
  const view = {
    id: row.id,
    name: row.name,
    account: { id: account.id, name: account.name },
    permissions: row.permissions,
    cidrs: row.cidrs,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
  // A permission that this version does not know any more makes the row unreadable, which is the safe side of two.
  return { view: tokenViewSchema.parse(view), hash: row.hash, account };
}

const selectTokens = (db: TokenDb) =>
  db
    .selectFrom('identity_token as token')
    .innerJoin('identity_service_account as account', 'account.id', 'token.account')
    .selectAll('token')
    .select(['account.name as account_name', 'account.status as account_status', 'account.applications as account_applications']);

export async function insertToken(tx: TokenDb, { view, hash }: Omit<StoredToken, 'account'>): Promise<void> {
  await tx
    .insertInto('identity_token')
    .values({
      id: view.id,
      name: view.name,
      hash,
      account: view.account.id,
      permissions: JSON.stringify(view.permissions),
      cidrs: JSON.stringify(view.cidrs),
      created_at: view.createdAt,
      created_by: view.createdBy,
      expires_at: view.expiresAt,
      revoked_at: null,
      last_used_at: null,
    })
    .execute();
}

/** Usable at `now`; with `until` only those that end before it. */
export async function countUsableTokens(tx: TokenDb, now: number, until = Number.MAX_SAFE_INTEGER): Promise<number> {
  const row = await tx
    .selectFrom('identity_token')
    .select((query) => query.fn.countAll().as('count'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('expires_at', '<', until)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function findTokenByHash(db: TokenDb, hash: string): Promise<StoredToken | null> {
  const row = await selectTokens(db).where('token.hash', '=', hash).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

export async function findToken(db: TokenDb, id: string): Promise<StoredToken | null> {
  const row = await selectTokens(db).where('token.id', '=', id).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** In the order of making (a ULID sorts by time), after `after`; of one account, or of all. */
export async function readTokens(
  db: TokenDb,
  { after, limit, account }: { after: string; limit: number; account: string | null },
): Promise<StoredToken[]> {
  const all = selectTokens(db).where('token.id', '>', after).orderBy('token.id').limit(limit);
  const rows = await (account === null ? all : all.where('token.account', '=', account)).execute();
  return rows.map(toStored);
}

/** False = there is no such token that is not revoked. */
export async function revokeToken(tx: TokenDb, id: string, now: number): Promise<boolean> {
  const row = await tx
    .updateTable('identity_token')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** False = it was not revoked, or too long ago. */
export async function restoreToken(tx: TokenDb, id: string, revokedSince: number): Promise<boolean> {
  const row = await tx
    .updateTable('identity_token')
    .set({ revoked_at: null })
    .where('id', '=', id)
    .where('revoked_at', '>=', revokedSince)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** No other change of the token happens until the transaction ends. */
export async function lockToken(tx: TokenDb, id: string): Promise<StoredToken | null> {
  await tx.selectFrom('identity_token').select('id').where('id', '=', id).forUpdate().execute();
  return findToken(tx, id);
}

export async function changePermissions(tx: TokenDb, id: string, permissions: readonly string[]): Promise<void> {
  await tx
    .updateTable('identity_token')
    .set({ permissions: JSON.stringify(permissions) })
    .where('id', '=', id)
    .execute();
}

export async function touchToken(db: TokenDb, id: string, hourMs: number): Promise<void> {
  await db.updateTable('identity_token').set({ last_used_at: hourMs }).where('id', '=', id).execute();
}
