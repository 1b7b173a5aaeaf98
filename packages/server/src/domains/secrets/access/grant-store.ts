import type { SecretGrantView } from '@holdfast/contract';
import type { Kysely } from 'kysely';

export type GrantTables = {
  secret_grant: {
    id: string;
    application: string;
    environment: string;
    name: string;
    to_kind: 'account' | 'group' | 'person';
    to_id: string;
    to_name: string;
    purpose: string | null;
    expires_at: number | null;
    created_at: number;
    created_by: string;
  };
};
export type GrantDb = Kysely<GrantTables>;

/** Those that hold at this time, in the order of making. */
export async function readGrants(db: GrantDb, now: number): Promise<SecretGrantView[]> {
  const rows = await db
    .selectFrom('secret_grant')
    .selectAll()
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .orderBy('id')
    .execute();
  return rows.map(({ to_kind: kind, to_id: id, to_name: name, expires_at: expiresAt, created_at: createdAt, ...row }) => ({
    id: row.id,
    application: row.application,
    environment: row.environment,
    name: row.name,
    to: { kind, id, name },
    purpose: row.purpose,
    expiresAt,
    createdAt,
    createdBy: row.created_by,
  }));
}

export async function insertGrant(tx: GrantDb, { to, expiresAt, createdAt, createdBy, ...rest }: SecretGrantView): Promise<void> {
  await tx
    .insertInto('secret_grant')
    .values({
      ...rest,
      to_kind: to.kind,
      to_id: to.id,
      to_name: to.name,
      expires_at: expiresAt,
      created_at: createdAt,
      created_by: createdBy,
    })
    .execute();
}

export async function deleteGrant(
  tx: GrantDb,
  id: string,
): Promise<Pick<SecretGrantView, 'application' | 'environment' | 'name'> | null> {
  const row = await tx
    .deleteFrom('secret_grant')
    .where('id', '=', id)
    .returning(['application', 'environment', 'name'])
    .executeTakeFirst();
  return row ?? null;
}

export async function deleteEnded(tx: GrantDb, now: number): Promise<void> {
  await tx.deleteFrom('secret_grant').where('expires_at', '<=', now).execute();
}
