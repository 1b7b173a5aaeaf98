import type { BackupSchedule, BackupView, DrillStep, DrillView } from '@holdfast/contract';
import type { ColumnType, Kysely, Selectable } from 'kysely';
import type { Queryable } from '../../../../platform/db/database.ts';

/** JSON goes in as text and comes out as what it says. */
type Json<Value> = ColumnType<Value, string, string>;

// A type, because an interface does not satisfy the index signature that kysely asks for.
export type RecoveryTables = {
  recovery_schedule: {
    id: 'schedule';
    every_hours: number | null;
    folder: string;
    recipients: Json<readonly string[]>;
    keep: number;
    drill_days: number | null;
    drill_severity: BackupSchedule['drillSeverity'];
    changed_at: number;
  };
  recovery_backup: {
    id: string;
    node: string;
    path: string;
    bytes: number;
    sha256: string;
    created_at: number;
    created_by: string;
    ledger_size: number;
    state: BackupView['state'];
    verified_at: number | null;
    detail: string | null;
  };
  recovery_drill: {
    id: string;
    node: string;
    started_at: number;
    started_by: string;
    state: DrillView['state'];
    backup: string | null;
    took_ms: number | null;
    lost_ms: number | null;
    lost_records: number | null;
    steps: Json<readonly DrillStep[]>;
  };
  recovery_try: { node: string; tried_at: number; trouble: string | null };
};

export type RecoveryDb = Kysely<RecoveryTables>;
export type BackupRow = Selectable<RecoveryTables['recovery_backup']>;
export type DrillRow = Selectable<RecoveryTables['recovery_drill']>;

export const tablesOf = (db: Pick<Queryable, 'kysely'>): RecoveryDb => db.kysely.withTables<RecoveryTables>();
