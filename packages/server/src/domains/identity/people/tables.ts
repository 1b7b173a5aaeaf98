import type { Generated, JSONColumnType, Kysely } from 'kysely';
import type { Role, Status } from './person.ts';

export type InviteKind = 'setup' | 'invite' | 'reset' | 'recover';
export type FailureKind = 'account' | 'device' | 'network';

/** Rows of `0040_identity_person.sql`, except those of sessions and signing keys. */
export type PeopleTables = {
  identity_person: {
    id: string;
    name: string;
    email_norm: string | null;
    email_cipher: string | null;
    display: string;
    role: Role | null;
    groups: JSONColumnType<string[]>;
    status: Status;
    mfa_required: boolean;
    password_hash: string | null;
    password_is_short: boolean;
    password_changed_at: number | null;
    created_at: number;
    created_by: string;
    last_signed_in_at: number | null;
    renew_factors_since: number | null;
    step_up_at: number | null;
    revision: Generated<number>;
  };
  identity_totp: {
    person: string;
    secret_cipher: string;
    confirmed_at: number;
    last_step: number;
    failures: number;
    locked_until: number | null;
  };
  identity_recovery_code: { person: string; hash: string; created_at: number; used_at: number | null };
  identity_passkey: {
    id: string;
    person: string;
    credential_id: string;
    public_key: string;
    counter: number;
    transports: JSONColumnType<string[]>;
    rp_id: string;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  identity_challenge: {
    hash: string;
    person: string | null;
    kind: string;
    data: string;
    created_at: number;
    expires_at: number;
    tries: number;
  };
  identity_invite: {
    hash: string;
    kind: InviteKind;
    person: string | null;
    created_at: number;
    created_by: string;
    expires_at: number;
    used_at: number | null;
    tries: number;
  };
  /** `0043_identity_provider.sql`. */
  identity_provider_link: { key: string; person: string; provider: string; created_at: number; last_used_at: number | null };
  identity_known_device: { hash: string; person: string; created_at: number; last_seen_at: number };
  identity_failure: { kind: FailureKind; key: string; count: number; first_at: number; last_at: number };
};
export type PeopleDb = Kysely<PeopleTables>;
