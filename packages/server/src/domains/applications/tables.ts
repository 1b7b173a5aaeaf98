import type { JSONColumnType, Generated } from 'kysely';
import type { Application } from '@holdfast/contract';

/** Columns as SQL gives them back. A type, not an interface: Kysely asks for an index signature. */
export type ApplicationTables = {
  application_entry: {
    id: string;
    mode: string;
    upstream: string;
    settings: JSONColumnType<Application>;
    origin: 'config' | 'operator';
    declared_digest: string | null;
    revision: number;
    created_at: number;
    updated_at: number;
    updated_by: string;
  };
  application_mode_change: {
    seq: Generated<number>;
    application: string;
    rule_group: string | null;
    from_mode: string;
    to_mode: string;
    reason: string | null;
    actor: string;
    changed_at: number;
  };
};
