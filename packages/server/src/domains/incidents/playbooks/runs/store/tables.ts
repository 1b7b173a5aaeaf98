import type { RunState as PublicState } from '@holdfast/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../../../../platform/db/database.ts';

// A type, because an interface does not satisfy the index signature that kysely asks for.
export type RunTables = {
  incident_run: {
    id: string;
    playbook: string;
    name: string;
    digest: string;
    incident: string | null;
    is_simulation: boolean;
    state: PublicState;
    started_at: number;
    started_by: string;
    actor: unknown;
    ended_at: number | null;
    trigger_key: string | null;
    waiting: number;
    revision: number;
    holder: string | null;
    held_until: number;
    fence: number;
    memory: string;
    documents: string;
  };
  incident_run_visit: { run: string; seq: number; visit: string };
};

export type RunDb = Kysely<RunTables>;
export type RunRow = Selectable<RunTables['incident_run']>;

export const tablesOf = (db: Pick<Database, 'kysely'>): RunDb => db.kysely.withTables<RunTables>();
