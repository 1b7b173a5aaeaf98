import type { AlertVerdict, IncidentCause, Phase, TimelineEntry } from '@holdfast/contract';
import type { Generated, Kysely, Selectable } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';

// A type, because an interface does not satisfy the index signature that kysely asks for.
export type CaseTables = {
  incidents_counter: { name: string; value: number };
  incidents_seen: { node: string; seen_at: number };
  incidents_case: {
    id: string;
    number: number;
    phase: Phase;
    severity: number;
    verdict: AlertVerdict | null;
    application: string | null;
    owner: string | null;
    cause: IncidentCause;
    is_drill: boolean;
    opened_at: number;
    opened_by: string;
    changed_at: number;
    contained_at: number | null;
    closed_at: number | null;
    aware_at: number | null;
    first_at: number;
    last_at: number;
    revision: number;
    words: string;
  };
  incidents_case_entity: { incident: string; entity: string; joins: boolean };
  incidents_case_alert: { incident: string; alert: string; severity: number; linked_at: number };
  incidents_case_entry: {
    seq: Generated<number>;
    incident: string;
    time: number;
    lane: TimelineEntry['lane'];
    actor: string;
    severity: number | null;
    ref: string | null;
    event: string | null;
    event_time: number | null;
    words: string | null;
  };
  incidents_case_file: {
    id: string;
    incident: string;
    bytes: number;
    sha256: string;
    added_at: number;
    added_by: string;
    data_key: string;
    name: string;
    content: Uint8Array;
  };
  incidents_case_task: {
    id: string;
    incident: string;
    kind: 'lesson' | 'work';
    owner: string | null;
    due_at: number | null;
    added_at: number;
    done_at: number | null;
    done_by: string | null;
    title: string;
  };
};

export type CaseDb = Kysely<CaseTables>;
export type CaseRow = Selectable<CaseTables['incidents_case']>;
export type FileRow = Omit<Selectable<CaseTables['incidents_case_file']>, 'content' | 'data_key'>;
export type TaskRow = Selectable<CaseTables['incidents_case_task']>;
export type EntryRow = Selectable<CaseTables['incidents_case_entry']>;

export const tablesOf = (db: Pick<Database, 'kysely'>): CaseDb => db.kysely.withTables<CaseTables>();
