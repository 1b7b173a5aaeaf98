import { sql, type JSONColumnType, type Kysely, type Selectable } from 'kysely';
import { permissionsSchema, roleSettingsSchema, type AppRole, type SecretId } from './approle.ts';

export type AppRoleTables = {
  secrets_approle: {
    name: string;
    role_id: string;
    account: string;
    permissions: JSONColumnType<string[]>;
    settings: JSONColumnType<object>;
    created_at: number;
    created_by: string;
  };
  secrets_approle_secret_id: {
    accessor: string;
    role: string;
    hash: string;
    meta: JSONColumnType<Record<string, string>>;
    cidrs: JSONColumnType<string[]>;
    token_cidrs: JSONColumnType<string[]>;
    uses_left: number | null;
    ttl_ms: number | null;
    created_at: number;
    created_by: string;
    expires_at: number | null;
  };
};
export type AppRoleDb = Kysely<AppRoleTables>;

const toRole = (row: Selectable<AppRoleTables['secrets_approle']>): AppRole => ({
  name: row.name,
  roleId: row.role_id,
  account: row.account,
  permissions: permissionsSchema.parse(row.permissions),
  settings: roleSettingsSchema.parse(row.settings),
  createdAt: row.created_at,
});

const toSecretId = (row: Selectable<AppRoleTables['secrets_approle_secret_id']>): SecretId => ({
  accessor: row.accessor,
  role: row.role,
  meta: row.meta,
  cidrs: row.cidrs,
  tokenCidrs: row.token_cidrs,
  usesLeft: row.uses_left,
  ttlMs: row.ttl_ms,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

export async function saveRole(tx: AppRoleDb, role: AppRole, createdBy: string): Promise<void> {
  const values = {
    role_id: role.roleId,
    account: role.account,
    permissions: JSON.stringify(role.permissions),
    settings: JSON.stringify(role.settings),
  };
  await tx
    .insertInto('secrets_approle')
    .values({ name: role.name, ...values, created_at: role.createdAt, created_by: createdBy })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

export async function findRole(
  db: AppRoleDb,
  by: { readonly name: string } | { readonly roleId: string },
): Promise<AppRole | null> {
  const all = db.selectFrom('secrets_approle').selectAll();
  const one = 'name' in by ? all.where('name', '=', by.name) : all.where('role_id', '=', by.roleId);
  const row = await one.executeTakeFirst();
  return row === undefined ? null : toRole(row);
}

export async function readRoleNames(db: AppRoleDb, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('secrets_approle').select('name').orderBy('name').limit(limit).execute();
  return rows.map(({ name }) => name);
}

/** How many secret ids went with it; null = there is no such role. */
export async function deleteRole(tx: AppRoleDb, name: string): Promise<number | null> {
  const ids = await tx.deleteFrom('secrets_approle_secret_id').where('role', '=', name).returning('accessor').execute();
  const gone = await tx.deleteFrom('secrets_approle').where('name', '=', name).returning('name').executeTakeFirst();
  return gone === undefined ? null : ids.length;
}

export interface NewSecretId extends SecretId {
  readonly hash: string;
  readonly createdBy: string;
}

export async function insertSecretId(tx: AppRoleDb, id: NewSecretId): Promise<void> {
  await tx
    .insertInto('secrets_approle_secret_id')
    .values({
      accessor: id.accessor,
      role: id.role,
      hash: id.hash,
      meta: JSON.stringify(id.meta),
      cidrs: JSON.stringify(id.cidrs),
      token_cidrs: JSON.stringify(id.tokenCidrs),
      uses_left: id.usesLeft,
      ttl_ms: id.ttlMs,
      created_at: id.createdAt,
      created_by: id.createdBy,
      expires_at: id.expiresAt,
    })
    .execute();
}

export type SecretIdKey = { readonly hash: string } | { readonly accessor: string };

/** Of this role, and not over. */
export async function findSecretId(
  db: AppRoleDb,
  { role, key, now }: { role: string; key: SecretIdKey; now: number },
): Promise<SecretId | null> {
  const all = db.selectFrom('secrets_approle_secret_id').selectAll().where('role', '=', role);
  const one = 'hash' in key ? all.where('hash', '=', key.hash) : all.where('accessor', '=', key.accessor);
  const row = await one
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirst();
  return row === undefined ? null : toSecretId(row);
}

/** Takes one use, whoever else takes one at the same moment; false = none is left. The last one ends it. */
export async function takeSecretId(tx: AppRoleDb, { accessor, usesLeft }: SecretId): Promise<boolean> {
  const mine = tx.updateTable('secrets_approle_secret_id').where('accessor', '=', accessor);
  if (usesLeft === null) {
    // Only to find that it is still there: nobody destroyed it meanwhile.
    const row = await tx
      .selectFrom('secrets_approle_secret_id')
      .select('accessor')
      .where('accessor', '=', accessor)
      .forUpdate()
      .executeTakeFirst();
    return row !== undefined;
  }
  const row = await mine
    .set({ uses_left: sql<number>`uses_left - 1` })
    .where('uses_left', '>', 0)
    .returning('uses_left')
    .executeTakeFirst();
  if (row !== undefined && Number(row.uses_left) === 0) await deleteSecretId(tx, accessor);
  return row !== undefined;
}

export async function deleteSecretId(tx: AppRoleDb, accessor: string): Promise<void> {
  await tx.deleteFrom('secrets_approle_secret_id').where('accessor', '=', accessor).execute();
}

export async function readSecretIds(db: AppRoleDb, { role, now, limit }: { role: string; now: number; limit: number }) {
  const rows = await db
    .selectFrom('secrets_approle_secret_id')
    .select('accessor')
    .where('role', '=', role)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .orderBy('accessor')
    .limit(limit)
    .execute();
  return rows.map(({ accessor }) => accessor);
}

export async function forgetSecretIds(db: AppRoleDb, now: number): Promise<void> {
  await db.deleteFrom('secrets_approle_secret_id').where('expires_at', '<', now).execute();
}
