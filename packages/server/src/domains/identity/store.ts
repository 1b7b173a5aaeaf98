import { tokenViewSchema, type TokenView } from '@holdfast/contract';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';

export type IdentityTables = {
  identity_token: {
    id: string;
    name: string;
    hash: string;
    permissions: JSONColumnType<string[]>;
    created_at: number;
    created_by: string;
    expires_at: number;
    revoked_at: number | null;
    last_used_at: number | null;
  };
};
export type IdentityDb = Kysely<IdentityTables>;

export interface StoredToken {
  readonly view: TokenView;
  readonly hash: string;
}

function toStored(row: Selectable<IdentityTables['identity_token']>): StoredToken {
  const view = {
    id: row.id,
    name: row.name,
    permissions: row.permissions,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
  // A permission that this version does not know any more makes the row unreadable, which is the safe side of two.
  return { view: tokenViewSchema.parse(view), hash: row.hash };
}

export async function insertToken(tx: IdentityDb, { view, hash }: StoredToken): Promise<void> {
  await tx
    .insertInto('identity_token')
    .values({
      id: view.id,
      name: view.name,
      hash,
      permissions: JSON.stringify(view.permissions),
      created_at: view.createdAt,
      created_by: view.createdBy,
      expires_at: view.expiresAt,
      revoked_at: null,
      last_used_at: null,
    })
    .execute();
}

export async function countUsableTokens(tx: IdentityDb, now: number): Promise<number> {
  const row = await tx
    .selectFrom('identity_token')
    .select((query) => query.fn.countAll().as('count'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function findTokenByHash(db: IdentityDb, hash: string): Promise<StoredToken | null> {
  const row = await db.selectFrom('identity_token').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** In the order of making (a ULID sorts by time), after `after`. */
export async function readTokens(db: IdentityDb, after: string, limit: number): Promise<StoredToken[]> {
  const rows = await db.selectFrom('identity_token').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute();
  return rows.map(toStored);
}

/** The revoked token, or null when there is no such usable token. */
export async function revokeToken(tx: IdentityDb, id: string, now: number): Promise<StoredToken | null> {
  const row = await tx
    .updateTable('identity_token')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

export async function touchToken(db: IdentityDb, id: string, hourMs: number): Promise<void> {
  await db.updateTable('identity_token').set({ last_used_at: hourMs }).where('id', '=', id).execute();
}
