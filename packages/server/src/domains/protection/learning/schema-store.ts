import { SCHEMA_HISTORY_MAX, type EnforcedSchema, type SchemaVersion } from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';

type Row = Selectable<ProtectionTables['protection_schema']>;
// Without the fragment, which may be half a megabyte.
const COLUMNS = [
  'version',
  'digest',
  'kind',
  'mode',
  'operations',
  'accepted_at',
  'accepted_by',
  'reason',
  'withdrawn_at',
] as const;

function toVersion(row: Pick<Row, (typeof COLUMNS)[number]>): SchemaVersion {
  const { version, digest, kind, mode, operations, reason } = row;
  return {
    version,
    digest,
    kind,
    mode,
    operations,
    acceptedAt: row.accepted_at,
    acceptedBy: row.accepted_by,
    reason,
    withdrawnAt: row.withdrawn_at,
  };
}

/** Newest first. */
export async function readVersions(db: ProtectionDb, application: string): Promise<SchemaVersion[]> {
  const rows = await db
    .selectFrom('protection_schema')
    .select(COLUMNS)
    .where('application', '=', application)
    .orderBy('version', 'desc')
    .limit(SCHEMA_HISTORY_MAX)
    .execute();
  return rows.map(toVersion);
}

/** The newest one that was not withdrawn. */
export const inForce = (versions: readonly SchemaVersion[]): SchemaVersion | null =>
  versions.find(({ withdrawnAt }) => withdrawnAt === null) ?? null;

export async function readFragment(db: ProtectionDb, application: string, version: number): Promise<string | null> {
  const row = await db
    .selectFrom('protection_schema')
    .select('fragment')
    .where('application', '=', application)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.fragment ?? null;
}

/** What every gateway enforces. */
export async function readEnforced(db: ProtectionDb): Promise<EnforcedSchema[]> {
  const newest = db
    .selectFrom('protection_schema')
    .select(({ fn }) => ['application', fn.max('version').as('version')])
    .where('withdrawn_at', 'is', null)
    .groupBy('application')
    .as('newest');
  const rows = await db
    .selectFrom('protection_schema as schema')
    .innerJoin(newest, (join) =>
      join.onRef('newest.application', '=', 'schema.application').onRef('newest.version', '=', 'schema.version'),
    )
    .select(['schema.application', 'schema.digest', 'schema.fragment', 'schema.mode'])
    .execute();
  return rows.map(({ application, digest, fragment, mode }) => ({ application, digest, fragment, mode }));
}

export interface NewVersion {
  readonly application: string;
  readonly digest: string;
  readonly fragment: string;
  readonly kind: SchemaVersion['kind'];
  readonly mode: SchemaVersion['mode'];
  readonly operations: number;
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** Adds a version and drops those beyond the history. */
export async function insertVersion(db: ProtectionDb, made: NewVersion): Promise<SchemaVersion> {
  const versions = await readVersions(db, made.application);
  const version = (versions[0]?.version ?? 0) + 1;
  const { application, digest, fragment, kind, mode, operations, at, by, reason } = made;
  const row = { version, digest, kind, mode, operations, accepted_at: at, accepted_by: by, reason, withdrawn_at: null };
  await db
    .insertInto('protection_schema')
    .values({ ...row, application, fragment, withdrawn_by: null })
    .execute();
  const oldest = version - SCHEMA_HISTORY_MAX;
  await db.deleteFrom('protection_schema').where('application', '=', application).where('version', '<=', oldest).execute();
  return toVersion(row);
}

export async function writeMode(
  db: ProtectionDb,
  {
    application,
    version,
    mode,
  }: { readonly application: string; readonly version: number; readonly mode: SchemaVersion['mode'] },
): Promise<void> {
  await db
    .updateTable('protection_schema')
    .set({ mode })
    .where('application', '=', application)
    .where('version', '=', version)
    .execute();
}

export interface Withdrawal {
  readonly application: string;
  /** Null = every version in force or waiting behind it. */
  readonly version: number | null;
  readonly at: number;
  readonly by: string;
}

export async function markWithdrawn(db: ProtectionDb, { application, version, at, by }: Withdrawal): Promise<void> {
  let query = db
    .updateTable('protection_schema')
    .set({ withdrawn_at: at, withdrawn_by: by })
    .where('application', '=', application)
    .where('withdrawn_at', 'is', null);
  if (version !== null) query = query.where('version', '=', version);
  await query.execute();
}
