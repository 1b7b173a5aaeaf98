import type { SecretRef } from '@holdfast/contract';
import { sql, type Insertable } from 'kysely';
import type { SecretDb, SecretTables, StoredState, VersionRow } from './tables.ts';

export type NewVersionRow = Omit<Insertable<SecretTables['secret_version']>, 'fields'> & { readonly fields: readonly string[] };

export async function insertVersion(tx: SecretDb, { fields, ...row }: NewVersionRow): Promise<void> {
  await tx
    .insertInto('secret_version')
    .values({ ...row, fields: JSON.stringify(fields) })
    .execute();
}

export type VersionFacts = Omit<VersionRow, 'sealed'>;

const FACTS = ['secret', 'version', 'state', 'fields', 'created_at', 'created_by', 'note', 'deleted_at', 'copy_of'] as const;

/** Newest first, without what is sealed. */
export async function readVersions(db: SecretDb, secret: string): Promise<VersionFacts[]> {
  return db.selectFrom('secret_version').select(FACTS).where('secret', '=', secret).orderBy('version', 'desc').execute();
}

export async function readVersion(db: SecretDb, secret: string, version: number): Promise<VersionRow | null> {
  const row = await db
    .selectFrom('secret_version')
    .selectAll()
    .where('secret', '=', secret)
    .where('version', '=', version)
    .executeTakeFirst();
  return row ?? null;
}

/** Names of the fields of the current versions, by the id of the secret. */
export async function readCurrentFields(db: SecretDb, secrets: readonly string[]): Promise<ReadonlyMap<string, VersionFacts>> {
  if (secrets.length === 0) return new Map();
  const rows = await db
    .selectFrom('secret_version')
    .innerJoin('secret_entry', (join) =>
      join
        .onRef('secret_entry.id', '=', 'secret_version.secret')
        .onRef('secret_entry.current_version', '=', 'secret_version.version'),
    )
    .select(FACTS.map((name) => `secret_version.${name}` as const))
    .where('secret_version.secret', 'in', [...secrets])
    .execute();
  return new Map(rows.map((row) => [row.secret, row]));
}

export interface StateChange {
  readonly secret: string;
  readonly versions: readonly number[];
  readonly from: readonly StoredState[];
  readonly to: StoredState;
  readonly deletedAt: number | null;
}

/** Those that were in one of these states and are in another one now. */
export async function changeStates(tx: SecretDb, { secret, versions, from, to, deletedAt }: StateChange): Promise<number[]> {
  const rows = await tx
    .updateTable('secret_version')
    .set({ state: to, deleted_at: deletedAt, ...(to === 'destroyed' ? { sealed: null } : {}) })
    .where('secret', '=', secret)
    .where('version', 'in', [...versions])
    .where('state', 'in', [...from])
    .returning('version')
    .execute();
  return rows.map(({ version }) => version).toSorted((one, other) => one - other);
}

/** Drops the oldest beyond so many; the current one and what is staged stay. */
export async function dropOldest(
  tx: SecretDb,
  { secret, current, kept }: { readonly secret: string; readonly current: number; readonly kept: number },
): Promise<number> {
  const surplus = tx
    .selectFrom('secret_version')
    .select('version')
    .where('secret', '=', secret)
    .where('version', '<>', current)
    .where('state', '<>', 'staged')
    .orderBy('version', 'desc')
    .offset(Math.max(0, kept - 1));
  const gone = await tx
    .deleteFrom('secret_version')
    .where('secret', '=', secret)
    .where('version', 'in', surplus)
    .returning('version')
    .execute();
  return gone.length;
}

/** What a read needs: the secret, and the version that was asked for. */
export interface ReadableRow {
  readonly n: number;
  readonly id: string;
  readonly data_key: string;
  readonly is_canary: boolean;
  readonly last_read_at: number | null;
  readonly version: number;
  readonly state: StoredState;
  readonly sealed: string | null;
  readonly created_at: number;
}

export interface Wanted {
  readonly ref: SecretRef;
  /** Null = the current one. */
  readonly version: number | null;
}

/** Many reads in one statement, each row with the number of what it answers. What is not there has no row. */
export async function readWanted(db: SecretDb, wanted: readonly Wanted[]): Promise<ReadableRow[]> {
  const list = wanted.map(({ ref: { application, environment, name }, version }, n) => ({
    n,
    application,
    environment,
    name,
    version,
  }));
  const { rows } = await sql<ReadableRow>`
    select w.n, e.id, e.data_key, e.is_canary, e.last_read_at, v.version, v.state, v.sealed, v.created_at
      from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
        as w(n integer, application text, environment text, name text, version integer)
      join secret_entry e on e.application = w.application and e.environment = w.environment and e.name = w.name
      join secret_version v on v.secret = e.id and v.version = coalesce(w.version, e.current_version)`.execute(db);
  return rows;
}
