import { snapshotSchema, type GatewayLimits, type Snapshot, type SnapshotState } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { actorName, type Actor, type Applications } from '../applications/index.ts';
import { readActiveBans, readAllowPrefixes } from './ban-store.ts';
import { readBypassUntil } from './bypass.ts';
import { tablesOf } from './change.ts';
import { readActiveExceptions } from './exceptions.ts';
import { readEnforced } from './learning/schema-store.ts';
import { countsOf, digestOf, orderPolicy, writePolicy, type KeyMaterial, type Policy } from './policy.ts';
import { insertState, newestState, nextVersion } from './snapshot-store.ts';
import type { ProtectionTables } from './tables.ts';

export interface CompileParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly applications: Applications;
  readonly trustedHops: number;
  readonly limits: GatewayLimits;
  readonly contact: string | null;
  /** Certificates and challenges as they are now; never stored with the policy. */
  readonly keyMaterial: () => KeyMaterial | Promise<KeyMaterial>;
}

export interface Compiled {
  readonly snapshot: Snapshot;
  readonly state: SnapshotState;
}

async function readPolicy({ db, clock, applications, trustedHops, limits, contact }: CompileParts): Promise<Policy> {
  const tables = tablesOf(db);
  const now = clock.now();
  const known = (await applications.list()).map(({ application }) => application);
  const ids = new Set(known.map(({ id }) => id));
  return orderPolicy({
    applications: known,
    // An exception outlives its application in storage, in case that comes back, but not in what is enforced.
    exceptions: (await readActiveExceptions(tables, now)).filter((exception) => ids.has(exception.application)),
    schemas: (await readEnforced(tables)).filter(({ application }) => ids.has(application)),
    allows: await readAllowPrefixes(tables),
    bans: await readActiveBans(tables, now),
    bypassUntil: await readBypassUntil(tables, now),
    trustedHops,
    limits,
    contact,
  });
}

/**
 * Builds the next snapshot from everything that is stored, and keeps its policy state when that is a new one.
 * It is checked against its own schema before anyone sees it: a defect here must not reach the request path.
 */
export async function compileSnapshot(parts: CompileParts, cause: string, actor: Actor): Promise<Compiled> {
  const { db, clock } = parts;
  const policy = await readPolicy(parts);
  const written = writePolicy(policy);
  const digest = digestOf(written);
  const keyMaterial = await parts.keyMaterial();
  const row = { digest, createdAt: clock.now(), cause, actor: actorName(actor), ...countsOf(policy) };
  return db.transaction(async ({ kysely }) => {
    const tx = kysely.withTables<ProtectionTables>();
    const version = await nextVersion(tx);
    const snapshot = snapshotSchema.parse({ version, digest, ...policy, ...keyMaterial });
    const newest = await newestState(tx);
    // A new certificate makes a new snapshot, not a new policy: whose policy it is stays as it was.
    if (newest?.digest === digest) return { snapshot, state: { ...newest, version } };
    await insertState(tx, { version, ...row }, written);
    return { snapshot, state: { version, ...row } };
  });
}
