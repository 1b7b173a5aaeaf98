import type { DatabaseConnection, DatabaseRole } from '@holdfast/contract';
import type { ConnectionRow, LeaseDb, RoleRow } from './tables.ts';

export const toConnection = ({ name, admin, changed_at, changed_by }: ConnectionRow): DatabaseConnection => ({
  name,
  admin,
  changedAt: changed_at,
  changedBy: changed_by,
});

export const toRole = (row: RoleRow): DatabaseRole => ({
  name: row.name,
  connection: row.connection,
  application: row.application,
  environment: row.environment,
  creation: row.creation,
  revocation: row.revocation,
  ttlSeconds: row.ttl_seconds,
  ttlSecondsMax: row.ttl_seconds_max,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
});

export async function readConnections(db: LeaseDb): Promise<ConnectionRow[]> {
  return db.selectFrom('secret_database_connection').selectAll().orderBy('name').execute();
}

export async function findConnection(db: LeaseDb, name: string): Promise<ConnectionRow | null> {
  const row = await db.selectFrom('secret_database_connection').selectAll().where('name', '=', name).executeTakeFirst();
  return row ?? null;
}

export async function saveConnection(tx: LeaseDb, row: ConnectionRow): Promise<void> {
  const { name, ...changed } = { ...row, admin: JSON.stringify(row.admin) };
  await tx
    .insertInto('secret_database_connection')
    .values({ name, ...changed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(changed))
    .execute();
}

export async function deleteConnection(tx: LeaseDb, name: string): Promise<boolean> {
  const row = await tx.deleteFrom('secret_database_connection').where('name', '=', name).returning('name').executeTakeFirst();
  return row !== undefined;
}

export async function readRoles(db: LeaseDb): Promise<RoleRow[]> {
  return db.selectFrom('secret_database_role').selectAll().orderBy('name').execute();
}

export async function findRole(db: LeaseDb, name: string): Promise<RoleRow | null> {
  return (await db.selectFrom('secret_database_role').selectAll().where('name', '=', name).executeTakeFirst()) ?? null;
}

export async function saveRole(tx: LeaseDb, row: RoleRow): Promise<void> {
  const { name: _name, ...changed } = row;
  await tx
    .insertInto('secret_database_role')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(changed))
    .execute();
}

export async function deleteRole(tx: LeaseDb, name: string): Promise<boolean> {
  const row = await tx.deleteFrom('secret_database_role').where('name', '=', name).returning('name').executeTakeFirst();
  return row !== undefined;
}

export async function countRolesOf(db: LeaseDb, connection: string): Promise<number> {
  const row = await db
    .selectFrom('secret_database_role')
    .select((query) => query.fn.countAll().as('count'))
    .where('connection', '=', connection)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
