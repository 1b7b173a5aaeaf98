import type { AlertState, AlertVerdict, DetectionKind } from '@holdfast/contract';
import type { Generated, Kysely, Selectable } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';

// A type, because an interface does not satisfy the index signature that kysely asks for.
export type AlertTables = {
  detection_alert: {
    id: string;
    state: AlertState;
    verdict: AlertVerdict | null;
    kind: DetectionKind;
    detector: string;
    title: string;
    severity: number;
    application: string | null;
    entity: string;
    group_id: string;
    times: number;
    first_at: number;
    last_at: number;
    created_at: number;
    counted_at: number;
    suppression: string | null;
    assignee: string | null;
    closed_at: number | null;
    revision: number;
    summary: string;
    details: string;
  };
  detection_alert_entity: { alert: string; entity: string; groups: boolean; first_at: number; last_at: number };
  detection_alert_step: {
    seq: Generated<number>;
    alert: string;
    time: number;
    what: string;
    actor: string;
    detail: string | null;
  };
  detection_alert_tally: { seq: Generated<number>; what: string; part: number; alerts: number };
  detection_risk: { entity: string; sealed: string; score: number; alerts: number; last_at: number };
  detection_suppression: {
    id: string;
    detector: string | null;
    entity: string | null;
    sealed: string | null;
    application: string | null;
    reason: string;
    created_at: number;
    created_by: string;
    expires_at: number;
    hits: number;
  };
};

export type AlertDb = Kysely<AlertTables>;
export type AlertRow = Selectable<AlertTables['detection_alert']>;
export type SuppressionRow = Selectable<AlertTables['detection_suppression']>;

export const tablesOf = (db: Pick<Database, 'kysely'>): AlertDb => db.kysely.withTables<AlertTables>();
