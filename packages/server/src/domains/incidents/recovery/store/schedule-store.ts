import type { BackupSchedule } from '@holdfast/contract';
import type { RecoveryDb } from './tables.ts';

/** None are made by themselves until somebody says who can open them. */
export const NO_SCHEDULE: BackupSchedule = {
  everyHours: null,
  folder: 'backups',
  recipients: [],
  keep: 14,
  drillDays: null,
  drillSeverity: 'high',
};

export interface StoredSchedule extends BackupSchedule {
  /** Null = nobody has set it. */
  readonly changedAt: number | null;
}

export async function readSchedule(db: RecoveryDb): Promise<StoredSchedule> {
  const row = await db.selectFrom('recovery_schedule').selectAll().executeTakeFirst();
  if (row === undefined) return { ...NO_SCHEDULE, changedAt: null };
  return {
    everyHours: row.every_hours,
    folder: row.folder,
    recipients: [...row.recipients],
    keep: row.keep,
    drillDays: row.drill_days,
    drillSeverity: row.drill_severity,
    changedAt: row.changed_at,
  };
}

export async function writeSchedule(tx: RecoveryDb, schedule: BackupSchedule, now: number): Promise<void> {
  const values = {
    every_hours: schedule.everyHours,
    folder: schedule.folder,
    recipients: JSON.stringify(schedule.recipients),
    keep: schedule.keep,
    drill_days: schedule.drillDays,
    drill_severity: schedule.drillSeverity,
    changed_at: now,
  };
  await tx
    .insertInto('recovery_schedule')
    .values({ id: 'schedule', ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}
