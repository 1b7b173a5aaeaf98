import type { Kysely, Selectable } from 'kysely';

export type TransitTables = {
  secrets_transit_key: {
    name: string;
    latest_version: number;
    min_decryption_version: number;
    min_encryption_version: number;
    is_deletion_allowed: boolean;
    created_at: number;
    created_by: string;
  };
  secrets_transit_version: { key: string; version: number; sealed: string; created_at: number };
};
export type TransitDb = Kysely<TransitTables>;

export interface TransitKey {
  readonly name: string;
  readonly latestVersion: number;
  /** Older ciphertexts do not open any more. */
  readonly minDecryptionVersion: number;
  /** 0 = the latest. */
  readonly minEncryptionVersion: number;
  readonly isDeletionAllowed: boolean;
  readonly createdAt: number;
  /** When each version was made. */
  readonly versions: ReadonlyMap<number, number>;
}

export interface SealedVersion {
  readonly version: number;
  readonly sealed: string;
  readonly createdAt: number;
}

const toKey = (row: Selectable<TransitTables['secrets_transit_key']>, versions: readonly SealedVersion[]): TransitKey => ({
  name: row.name,
  latestVersion: row.latest_version,
  minDecryptionVersion: row.min_decryption_version,
  minEncryptionVersion: row.min_encryption_version,
  isDeletionAllowed: row.is_deletion_allowed,
  createdAt: row.created_at,
  versions: new Map(versions.map(({ version, createdAt }) => [version, createdAt])),
});

export async function findKey(
  db: TransitDb,
  name: string,
): Promise<{ readonly key: TransitKey; readonly sealed: readonly SealedVersion[] } | null> {
  const row = await db.selectFrom('secrets_transit_key').selectAll().where('name', '=', name).executeTakeFirst();
  if (row === undefined) return null;
  const rows = await db
    .selectFrom('secrets_transit_version')
    .select(['version', 'sealed', 'created_at'])
    .where('key', '=', name)
    .orderBy('version')
    .execute();
  const sealed = rows.map((each) => ({ version: each.version, sealed: each.sealed, createdAt: each.created_at }));
  return { key: toKey(row, sealed), sealed };
}

/** No other change of the key happens until the transaction ends; false = there is none. */
export async function lockKey(tx: TransitDb, name: string): Promise<boolean> {
  const row = await tx.selectFrom('secrets_transit_key').select('name').where('name', '=', name).forUpdate().executeTakeFirst();
  return row !== undefined;
}

export async function readKeyNames(db: TransitDb, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('secrets_transit_key').select('name').orderBy('name').limit(limit).execute();
  return rows.map(({ name }) => name);
}

/** False = there is one of this name. */
export async function insertKey(tx: TransitDb, name: string, { now, by }: { now: number; by: string }): Promise<boolean> {
  const row = await tx
    .insertInto('secrets_transit_key')
    .values({
      name,
      latest_version: 0,
      min_decryption_version: 1,
      min_encryption_version: 0,
      is_deletion_allowed: false,
      created_at: now,
      created_by: by,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

export async function addVersion(tx: TransitDb, name: string, { version, sealed, createdAt }: SealedVersion): Promise<void> {
  await tx.insertInto('secrets_transit_version').values({ key: name, version, sealed, created_at: createdAt }).execute();
  await tx.updateTable('secrets_transit_key').set({ latest_version: version }).where('name', '=', name).execute();
}

export interface KeySettings {
  readonly minDecryptionVersion: number;
  readonly minEncryptionVersion: number;
  readonly isDeletionAllowed: boolean;
}

export async function configureKey(tx: TransitDb, name: string, settings: KeySettings): Promise<void> {
  await tx
    .updateTable('secrets_transit_key')
    .set({
      min_decryption_version: settings.minDecryptionVersion,
      min_encryption_version: settings.minEncryptionVersion,
      is_deletion_allowed: settings.isDeletionAllowed,
    })
    .where('name', '=', name)
    .execute();
}

export async function deleteKey(tx: TransitDb, name: string): Promise<void> {
  await tx.deleteFrom('secrets_transit_version').where('key', '=', name).execute();
  await tx.deleteFrom('secrets_transit_key').where('name', '=', name).execute();
}
