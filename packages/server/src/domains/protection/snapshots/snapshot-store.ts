import type { SnapshotState } from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { Policy } from './policy.ts';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';

/** Policy states that can be gone back to. */
const STATES_MAX = 20;

// Without the policy itself, which may be megabytes.
const STATE_COLUMNS = ['version', 'digest', 'counts', 'created_at', 'cause', 'actor'] as const;

function toState(row: Pick<Selectable<ProtectionTables['protection_snapshot']>, (typeof STATE_COLUMNS)[number]>): SnapshotState {
  const { version, digest, counts, created_at: createdAt, cause, actor } = row;
  return { version, digest, createdAt, cause, actor, ...counts };
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

/** The last version that any node has made. */
export async function lastVersion(db: ProtectionDb): Promise<number> {
  const row = await db
    .selectFrom('protection_counter')
    .select('value')
    .where('name', '=', 'snapshot-version')
    .executeTakeFirstOrThrow();
  return row.value;
}

export async function newestState(db: ProtectionDb): Promise<SnapshotState | null> {
  const [newest] = await readStates(db, 1);
  return newest ?? null;
}

/** Newest first. */
export async function readStates(db: ProtectionDb, limit: number = STATES_MAX): Promise<SnapshotState[]> {
  const rows = await db.selectFrom('protection_snapshot').select(STATE_COLUMNS).orderBy('version', 'desc').limit(limit).execute();
  return rows.map(toState);
}

export async function readPolicyOf(db: ProtectionDb, version: number): Promise<Policy | null> {
  const row = await db.selectFrom('protection_snapshot').select('policy').where('version', '=', version).executeTakeFirst();
  // Written by us as a policy; settings of an older version are completed when they are put into force again.
  return row === undefined ? null : (JSON.parse(row.policy) as Policy);
}

/** Keeps the state, drops what is older than the last {@link STATES_MAX}. */
export async function insertState(tx: ProtectionDb, state: SnapshotState, policy: string): Promise<void> {
  const { version, digest, createdAt, cause, actor, ...counts } = state;
  await tx
    .insertInto('protection_snapshot')
    .values({ version, digest, policy, counts: JSON.stringify(counts), created_at: createdAt, cause, actor })
    .execute();
  const kept = tx.selectFrom('protection_snapshot').select('version').orderBy('version', 'desc').limit(STATES_MAX);
  await tx.deleteFrom('protection_snapshot').where('version', 'not in', kept).execute();
}
