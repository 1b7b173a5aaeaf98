import type { SnapshotState } from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { Policy } from './policy.ts';
import type { ProtectionDb, ProtectionTables } from './tables.ts';

/** Policy states that can be gone back to. */
export const STATES_MAX = 20;

export interface StoredState {
  readonly state: SnapshotState;
  readonly policy: Policy;
}

function toStored(row: Selectable<ProtectionTables['protection_snapshot']>): StoredState {
  // Written by us as a policy; settings of an older version are completed when they are put into force again.
  const { policy } = row;
  const state = {
    version: row.version,
    digest: row.digest,
    createdAt: row.created_at,
    cause: row.cause,
    actor: row.actor,
    applications: policy.applications.length,
    exceptions: policy.exceptions.length,
    allows: policy.allows.length,
    bans: policy.bans.length,
  };
  return { state, policy };
}

/** Versions only grow, also when a start, a new certificate or a roll-back makes the next snapshot. */
export async function nextVersion(db: ProtectionDb): Promise<number> {
  const row = await db
    .updateTable('protection_counter')
    .set((counter) => ({ value: counter('value', '+', 1) }))
    .where('name', '=', 'snapshot-version')
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}

export async function newestState(db: ProtectionDb): Promise<StoredState | null> {
  const row = await db.selectFrom('protection_snapshot').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

export async function readStates(db: ProtectionDb): Promise<StoredState[]> {
  const rows = await db.selectFrom('protection_snapshot').selectAll().orderBy('version', 'desc').limit(STATES_MAX).execute();
  return rows.map(toStored);
}

/** Keeps the state, drops what is older than the last {@link STATES_MAX}. */
export async function insertState(
  tx: ProtectionDb,
  { policy, ...row }: { readonly policy: Policy } & Pick<SnapshotState, 'version' | 'digest' | 'createdAt' | 'cause' | 'actor'>,
): Promise<void> {
  const { version, digest, createdAt, cause, actor } = row;
  await tx
    .insertInto('protection_snapshot')
    .values({ version, digest, policy: JSON.stringify(policy), created_at: createdAt, cause, actor })
    .execute();
  const kept = tx.selectFrom('protection_snapshot').select('version').orderBy('version', 'desc').limit(STATES_MAX);
  await tx.deleteFrom('protection_snapshot').where('version', 'not in', kept).execute();
}
