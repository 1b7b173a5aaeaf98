import type { JSONColumnType, Kysely, Selectable } from 'kysely';

export type StoredState = 'staged' | 'live' | 'deleted' | 'destroyed';

export type SecretTables = {
  secret_entry: {
    id: string;
    application: string;
    environment: string;
    name: string;
    data_key: string;
    current_version: number;
    latest_version: number;
    created_at: number;
    changed_at: number;
    owner: string | null;
    description: string;
    max_age_days: number | null;
    is_canary: boolean;
    versions_kept: number;
    last_read_at: number | null;
  };
  secret_version: {
    secret: string;
    version: number;
    state: StoredState;
    sealed: string | null;
    fields: JSONColumnType<string[]>;
    created_at: number;
    created_by: string;
    note: string | null;
    deleted_at: number | null;
    copy_of: number | null;
  };
};
export type SecretDb = Kysely<SecretTables>;
export type EntryRow = Selectable<SecretTables['secret_entry']>;
export type VersionRow = Selectable<SecretTables['secret_version']>;
