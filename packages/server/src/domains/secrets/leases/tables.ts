import type { Lease, SecretRef } from '@holdfast/contract';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';

/** What taking it away needs, as it was when it was lent. */
export interface LeaseOrigin {
  readonly admin: SecretRef;
  readonly revocation: string | null;
  readonly ttlSeconds: number;
  /** Whose policies decide about it. */
  readonly ref: SecretRef;
}

export type LeaseTables = {
  secret_lease: {
    id: string;
    kind: Lease['kind'];
    state: Lease['state'];
    role: string;
    subject: string;
    source: JSONColumnType<LeaseOrigin>;
    issued_to: string;
    purpose: string;
    issued_at: number;
    expires_at: number;
    expires_at_most: number;
    ending: Lease['ending'];
    ended_at: number | null;
    trouble: string | null;
    attempts: number;
    due_at: number;
    claim: string | null;
    claimed_until: number | null;
  };
  secret_database_connection: {
    name: string;
    admin: JSONColumnType<SecretRef>;
    changed_at: number;
    changed_by: string;
  };
  secret_database_role: {
    name: string;
    connection: string;
    application: string;
    environment: string;
    creation: string;
    revocation: string | null;
    ttl_seconds: number;
    ttl_seconds_max: number;
    changed_at: number;
    changed_by: string;
  };
};
export type LeaseDb = Kysely<LeaseTables>;
export type LeaseRow = Selectable<LeaseTables['secret_lease']>;
export type ConnectionRow = Selectable<LeaseTables['secret_database_connection']>;
export type RoleRow = Selectable<LeaseTables['secret_database_role']>;
