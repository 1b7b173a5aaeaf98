import { snapshotSchema, type GatewayLimits, type Snapshot, type SnapshotState } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Access } from '../../access/index.ts';
import { actorName, type Actor, type Applications } from '../../applications/index.ts';
import { readActiveBans, readAllowPrefixes } from '../bans/ban-store.ts';
import { readBypassUntil } from '../bypass.ts';
import { tablesOf } from '../change.ts';
import { readActiveExceptions } from '../exceptions/exceptions.ts';
import { isolationOf, readIsolations } from '../isolations/isolation-store.ts';
import { readInForce } from '../patches/patch-store.ts';
import { ruleOf } from '../patches/patch-view.ts';
import { readEnforced } from '../learning/schema-store.ts';
import { countsOf, digestOf, orderPolicy, writePolicy, type KeyMaterial, type Policy } from './policy.ts';
import { insertState, newestState, nextVersion } from './snapshot-store.ts';
import type { ProtectionTables } from '../tables.ts';

export interface CompileParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly applications: Applications;
  /** Left out = no application has access policies. */
  readonly access?: Pick<Access, 'policies' | 'onChange'>;
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

async function readPolicy({ db, clock, applications, access, trustedHops, limits, contact }: CompileParts): Promise<Policy> {
  const tables = tablesOf(db);
  const now = clock.now();
  const known = (await applications.list()).map(({ application }) => application);
  const ids = new Set(known.map(({ id }) => id));
  return orderPolicy({
    applications: known,
    // An exception outlives its application in storage, in case that comes back, but not in what is enforced.
    exceptions: (await readActiveExceptions(tables, now)).filter((exception) => ids.has(exception.application)),
    schemas: (await readEnforced(tables)).filter(({ application }) => ids.has(application)),
    patches: (await readInForce(tables, now)).filter(({ application }) => ids.has(application)).map(ruleOf),
    policies: ((await access?.policies.enforced()) ?? []).filter(({ application }) => ids.has(application)),
    isolations: (await readIsolations(tables, now)).filter(({ application }) => ids.has(application)).map(isolationOf),
    allows: await readAllowPrefixes(tables),
    bans: await readActiveBans(tables, now),
    bypassUntil: await readBypassUntil(tables, now),
    trustedHops,
    limits,
    contact,
  });
}

/** Why a snapshot is made: something changed here, or another node has made one of this version. */
export interface SnapshotOrigin {
  readonly cause: string;
  readonly actor: Actor;
  /** Null = a new version. */
  readonly follows: number | null;
}

/**
 * Builds a snapshot from everything that is stored, and keeps its policy state when that is a new one.
 * It is checked against its own schema before anyone sees it: a defect here must not reach the request path.
 */
export async function compileSnapshot(parts: CompileParts, { cause, actor, follows }: SnapshotOrigin): Promise<Compiled> {
  const { db, clock } = parts;
  // Before the policy is read: what another node changes after this has a higher version, and is followed.
  const version = follows ?? (await nextVersion(tablesOf(db)));
  const policy = await readPolicy(parts);
  const written = writePolicy(policy);
  const digest = digestOf(written);
  const snapshot = snapshotSchema.parse({ version, digest, ...policy, ...(await parts.keyMaterial()) });
  const row = { digest, createdAt: clock.now(), cause, actor: actorName(actor), ...countsOf(policy) };
  return db.transaction(async ({ kysely }) => {
    const tx = kysely.withTables<ProtectionTables>();
    const newest = await newestState(tx);
    // A new certificate makes a new snapshot, not a new policy: whose policy it is stays as it was.
    if (newest?.digest === digest) return { snapshot, state: { ...newest, version } };
    // Whoever made the change keeps it: nodes with other settings would take turns in keeping theirs.
    if (follows === null) await insertState(tx, { version, ...row }, written);
    return { snapshot, state: { version, ...row } };
  });
}
