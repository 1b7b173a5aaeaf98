import { randomBytes } from 'node:crypto';
import { createUlid } from '../../../platform/ulid.ts';
import type { Gate } from '../access/gate.ts';
import { adminAddress } from '../rotation/rotators/postgres-admin.ts';
import type { OpenSecret } from '../rotation/rotator.ts';
import type { StagedVersions } from '../secrets.ts';
import { createSweep } from '../sweep.ts';
import { withPostgres } from '../targets/postgres/session.ts';
import { dropUser, setExpiration } from '../targets/postgres/users.ts';
import { TargetFault } from '../targets/target-fault.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { DatabaseRoles } from './database-roles.ts';
import { forgetLeases } from './lease-store.ts';
import type { Leases } from './leases.ts';
import { isoOf, StoredDatabaseRoles } from './stored-database-roles.ts';
import { StoredLeases, type LeasesParts, type LeaseTarget } from './stored-leases.ts';
import type { LeaseTables } from './tables.ts';
import { fillTemplate } from './template.ts';

/** The ledger keeps what happened; this is for lists. */
const KEPT_MS = 30 * 86_400_000;

export interface CreateLeases extends Pick<LeasesParts, 'db' | 'bus' | 'clock' | 'log' | 'node'> {
  readonly staged: StagedVersions;
  readonly gate: Gate;
}

export interface LeaseDomain extends AsyncDisposable {
  readonly leases: Leases;
  readonly databaseRoles: DatabaseRoles;
  /** One look at what is over; `start` does so every second. */
  tick(): Promise<void>;
  start(): Promise<void>;
  forgetOld(): Promise<void>;
}

export function createLeases({ staged, ...parts }: CreateLeases): LeaseDomain {
  const { db, clock, log } = parts;
  const openSecret: OpenSecret = async (ref) => (await staged.open(ref, null)).data;
  const sweep = createSweep(() => leases.tick(), {
    log,
    words: 'leases that are over could not be looked at; tried again shortly',
  });
  const leases = new StoredLeases({ ...parts, target: databaseTarget(openSecret), track: async (work) => sweep.track(work) });
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  return {
    leases,
    databaseRoles: new StoredDatabaseRoles({ ...parts, openSecret, leases, newId }),
    tick: async () => leases.tick(),
    async start() {
      await leases.recover();
      sweep.start();
    },
    forgetOld: async () => forgetLeases(db.kysely.withTables<LeaseTables>(), clock.now() - KEPT_MS),
    [Symbol.asyncDispose]: async () => sweep[Symbol.asyncDispose](),
  };
}

function databaseTarget(openSecret: OpenSecret): LeaseTarget {
  return {
    async end({ subject, source, expires_at: expiresAt }) {
      const values = { name: subject, password: '', expiration: isoOf(expiresAt) };
      const revocation = source.revocation === null ? null : fillTemplate(source.revocation, values);
      await withPostgres(adminAddress(await openSecret(source.admin)), async (session) => dropUser(session, subject, revocation));
    },
    async extend({ subject, source }, expiresAt) {
      try {
        await withPostgres(adminAddress(await openSecret(source.admin)), async (session) =>
          setExpiration(session, subject, isoOf(expiresAt)),
        );
      } catch (error) {
        if (!(error instanceof TargetFault)) throw error;
        throw new Refusal('target-failed', { cause: error, errors: [{ pointer: '', detail: error.message }] });
      }
    },
  };
}
