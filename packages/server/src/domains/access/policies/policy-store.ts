import { POLICY_HISTORY_MAX, type PolicyDraft, type PolicyVersion } from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { AccessDb, AccessTables } from './tables.ts';

type Row = Selectable<AccessTables['access_policy']>;
// Without the text, which may be a quarter of a megabyte.
const COLUMNS = ['version', 'digest', 'policies', 'accepted_at', 'accepted_by', 'reason', 'withdrawn_at'] as const;

function toVersion(row: Pick<Row, (typeof COLUMNS)[number]>): PolicyVersion {
  const { version, digest, policies, reason } = row;
  const { accepted_at: acceptedAt, accepted_by: acceptedBy, withdrawn_at: withdrawnAt } = row;
  return { version, digest, policies, acceptedAt, acceptedBy, reason, withdrawnAt };
}

/** Newest first. */
export async function readVersions(db: AccessDb, set: string): Promise<PolicyVersion[]> {
  const rows = await db
    .selectFrom('access_policy')
    .select(COLUMNS)
    .where('set_id', '=', set)
    .orderBy('version', 'desc')
    .limit(POLICY_HISTORY_MAX)
    .execute();
  return rows.map(toVersion);
}

/** The newest one that was not withdrawn. */
export const inForce = (versions: readonly PolicyVersion[]): PolicyVersion | null =>
  versions.find(({ withdrawnAt }) => withdrawnAt === null) ?? null;

export async function readText(db: AccessDb, set: string, version: number): Promise<string | null> {
  const row = await db
    .selectFrom('access_policy')
    .select('text')
    .where('set_id', '=', set)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.text ?? null;
}

/** A kept version with this very text. */
export async function findByDigest(db: AccessDb, set: string, digest: string): Promise<string | null> {
  const row = await db
    .selectFrom('access_policy')
    .select('text')
    .where('set_id', '=', set)
    .where('digest', '=', digest)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.text ?? null;
}

export interface InForce {
  readonly set: string;
  readonly version: PolicyVersion;
}

/** Of every set, without texts. */
export async function readAllInForce(db: AccessDb): Promise<InForce[]> {
  const newest = db
    .selectFrom('access_policy')
    .select(({ fn }) => ['set_id', fn.max('version').as('version')])
    .where('withdrawn_at', 'is', null)
    .groupBy('set_id')
    .as('newest');
  const rows = await db
    .selectFrom('access_policy as policy')
    .innerJoin(newest, (join) => join.onRef('newest.set_id', '=', 'policy.set_id').onRef('newest.version', '=', 'policy.version'))
    .select([
      'policy.set_id',
      'policy.version',
      'policy.digest',
      'policy.policies',
      'policy.accepted_at',
      'policy.accepted_by',
      'policy.reason',
      'policy.withdrawn_at',
    ])
    .execute();
  return rows.map((row) => ({ set: row.set_id, version: toVersion(row) }));
}

export interface NewVersion {
  readonly set: string;
  readonly digest: string;
  readonly text: string;
  readonly policies: number;
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** Adds a version, ends the draft and drops versions beyond the history. */
export async function insertVersion(db: AccessDb, made: NewVersion): Promise<PolicyVersion> {
  const { set, digest, text, policies, at, by, reason } = made;
  const version = ((await readVersions(db, set))[0]?.version ?? 0) + 1;
  const row = { version, digest, policies, accepted_at: at, accepted_by: by, reason, withdrawn_at: null };
  await db
    .insertInto('access_policy')
    .values({ ...row, set_id: set, text, withdrawn_by: null })
    .execute();
  await db.deleteFrom('access_policy_draft').where('set_id', '=', set).execute();
  await db
    .deleteFrom('access_policy')
    .where('set_id', '=', set)
    .where('version', '<=', version - POLICY_HISTORY_MAX)
    .execute();
  return toVersion(row);
}

export interface Withdrawal {
  readonly set: string;
  /** Null = the one in force and all that wait behind it. */
  readonly version: number | null;
  readonly at: number;
  readonly by: string;
}

export async function markWithdrawn(db: AccessDb, { set, version, at, by }: Withdrawal): Promise<void> {
  let query = db
    .updateTable('access_policy')
    .set({ withdrawn_at: at, withdrawn_by: by })
    .where('set_id', '=', set)
    .where('withdrawn_at', 'is', null);
  if (version !== null) query = query.where('version', '=', version);
  await query.execute();
}

export async function readDraft(db: AccessDb, set: string): Promise<PolicyDraft | null> {
  const row = await db.selectFrom('access_policy_draft').selectAll().where('set_id', '=', set).executeTakeFirst();
  if (row === undefined) return null;
  const { text, digest, policies, saved_at: savedAt, saved_by: savedBy } = row;
  return { text, digest, policies, savedAt, savedBy };
}

export async function readDraftSets(db: AccessDb): Promise<Set<string>> {
  const rows = await db.selectFrom('access_policy_draft').select('set_id').execute();
  return new Set(rows.map(({ set_id: set }) => set));
}

export async function writeDraft(db: AccessDb, set: string, draft: PolicyDraft): Promise<void> {
  const { text, digest, policies, savedAt, savedBy } = draft;
  const row = { text, digest, policies, saved_at: savedAt, saved_by: savedBy };
  await db
    .insertInto('access_policy_draft')
    .values({ set_id: set, ...row })
    .onConflict((conflict) => conflict.column('set_id').doUpdateSet(row))
    .execute();
}
