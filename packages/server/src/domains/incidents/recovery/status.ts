import type { BackupSchedule, RecoveryStatus } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import { CHANGED, lookForPending } from './pending.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import { readKeptBackups, readTry } from './store/backup-store.ts';
import { readDrills, toDrillView } from './store/drill-store.ts';
import { readSchedule } from './store/schedule-store.ts';
import { tablesOf, type BackupRow, type DrillRow } from './store/tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A run that is late by its own length is missed. */
const LATE = 2;
const KEPT_READ_MAX = 1200;
const DETAIL_CHARS_MAX = 300;

export async function recoveryStatus({ db, clock, node, dataDir, keyring }: RecoveryParts): Promise<RecoveryStatus> {
  const tables = tablesOf(db);
  const [{ changedAt, ...schedule }, kept, [drill], tried, pending] = await Promise.all([
    readSchedule(tables),
    readKeptBackups(tables, node, KEPT_READ_MAX),
    readDrills(tables, { node, limit: 1 }),
    readTry(tables, node),
    lookForPending(dataDir, keyring),
  ]);
  const verified = kept.flatMap(({ state, verified_at: at }) => (state === 'verified' && at !== null ? [at] : []));
  const found = { kept, drill: drill ?? null, trouble: tried?.trouble ?? null, pending, now: clock.now(), since: changedAt };
  return {
    schedule,
    lastBackupAt: kept.find(({ state }) => state !== 'failed')?.created_at ?? null,
    lastVerifiedAt: verified.length === 0 ? null : Math.max(...verified),
    lastDrill: drill === undefined ? null : toDrillView(drill),
    pointInTime: await pointInTime(db),
    trouble: troubleOf(schedule, found),
  };
}

interface Found {
  readonly kept: readonly BackupRow[];
  readonly drill: DrillRow | null;
  readonly trouble: string | null;
  readonly pending: string | null;
  readonly now: number;
  readonly since: number | null;
}

/** What is wrong, in words; empty = all is well. */
export function troubleOf(schedule: BackupSchedule, found: Found): string[] {
  const failed = found.kept.filter(({ state }) => state === 'failed').length;
  const said = [
    backupTrouble(schedule, found),
    found.trouble === null ? null : `The last backup could not be made: ${found.trouble}`,
    found.pending === CHANGED ? 'The note of a restore was changed by another hand.' : null,
    failed === 0 ? null : `${failed} ${failed === 1 ? 'backup does' : 'backups do'} not verify.`,
    ...drillTrouble(schedule, found),
  ];
  return said.flatMap((text) => (text === null ? [] : [text.slice(0, DETAIL_CHARS_MAX)]));
}

const newestOf = ({ kept }: Found): number | null => kept.find(({ state }) => state !== 'failed')?.created_at ?? null;

/** Nothing is wrong before it is due: a schedule of a minute ago has made none. */
function backupTrouble({ everyHours }: BackupSchedule, found: Found): string | null {
  const { now, since } = found;
  const newest = newestOf(found);
  if (everyHours === null)
    return newest === null ? 'There is no backup, and none is made by itself.' : 'No backup is made by itself.';
  if (now - (newest ?? since ?? now) <= everyHours * HOUR_MS * LATE) return null;
  return newest === null ? 'No backup was made yet.' : `The newest backup is ${Math.floor((now - newest) / HOUR_MS)} hours old.`;
}

function drillTrouble({ drillDays }: BackupSchedule, found: Found): (string | null)[] {
  const { drill, now } = found;
  if (drill === null) return [newestOf(found) === null ? null : 'No backup was ever restored on trial.'];
  const days = Math.floor((now - drill.started_at) / DAY_MS);
  const isLate = drillDays !== null && now - drill.started_at > drillDays * DAY_MS * LATE;
  return [
    drill.state === 'failed' ? 'The last restore on trial failed.' : null,
    isLate ? `The last restore on trial was ${days} days ago.` : null,
  ];
}

interface ArchiverRow {
  readonly mode: string;
  readonly last_wal: string | null;
  readonly last_time: string | null;
  readonly failed_wal: string | null;
  readonly is_failing: boolean | null;
}

/** What PostgreSQL says of its archive (PostgreSQL §28.2.13, `pg_stat_archiver`). The command itself may hold a secret. */
export async function pointInTime(db: Pick<Database, 'kind' | 'query'>): Promise<RecoveryStatus['pointInTime']> {
  if (db.kind === 'embedded')
    return { state: 'embedded', detail: 'The embedded database keeps no log of its own: backups are the points in time.' };
  try {
    const [row] = await db.query<ArchiverRow>(
      `select current_setting('archive_mode') as mode, last_archived_wal as last_wal, last_archived_time::text as last_time,
       last_failed_wal as failed_wal, coalesce(last_failed_time > last_archived_time, last_failed_time is not null) as is_failing
       from pg_stat_archiver`,
    );
    if (row === undefined || row.mode === 'off')
      return { state: 'off', detail: 'archive_mode is off: between two backups nothing can be restored.' };
    if (row.is_failing === true)
      return { state: 'off', detail: `archive_mode is ${row.mode}, but ${row.failed_wal ?? 'the log'} could not be archived.` };
    const last =
      row.last_wal === null ? 'nothing was archived yet' : `${row.last_wal} was archived at ${row.last_time ?? 'a time'}`;
    return { state: 'on', detail: `archive_mode is ${row.mode}; ${last}.` };
  } catch {
    return { state: 'unknown', detail: 'PostgreSQL does not say whether it archives its log.' };
  }
}
