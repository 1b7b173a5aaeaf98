import type { RecoveryParts } from './recovery-parts.ts';
import { BY_RECOVERY } from './recovery-parts.ts';
import type { Drills } from './drilling.ts';
import { makeOne, noteGone } from './making.ts';
import { newestBackup, readKeptBackups, readTry } from './store/backup-store.ts';
import { readDrills } from './store/drill-store.ts';
import { readSchedule } from './store/schedule-store.ts';
import { tablesOf } from './store/tables.ts';
import { verifyOne } from './verifying.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** One that failed is tried again after this, or when the next is due, whichever comes first. */
const AGAIN_MS = 15 * MINUTE_MS;

/** What is due, one thing after the other and each apart from the rest: a backup that fails keeps no drill from its day. */
export async function doWhatIsDue(parts: RecoveryParts, drills: Drills): Promise<void> {
  const { db, node, clock, metrics, log } = parts;
  const tables = tablesOf(db);
  await noteGone(parts);
  const schedule = await readSchedule(tables);
  const last = await readTry(tables, node);
  const now = clock.now();
  if (schedule.everyHours !== null && now >= nextBackup(schedule.everyHours, last)) {
    const made = await makeOne(parts, BY_RECOVERY).catch(() => null);
    // A backup that nobody looked at is a hope.
    if (made !== null) await verifyOne(parts, made.id, BY_RECOVERY);
  }
  const [drill] = await readDrills(tables, { node, limit: 1 });
  const isDue = schedule.drillDays !== null && now >= (drill?.started_at ?? 0) + schedule.drillDays * DAY_MS;
  if (isDue && !drills.isRunning && (await newestBackup(tables, node)) !== null)
    await drills
      .begin({ backup: null, databaseUrl: null, reason: 'it is due' }, BY_RECOVERY)
      .catch((error: unknown) => log.warn({ err: error }, 'a drill could not begin'));
  const [newest] = await readKeptBackups(tables, node, 1);
  metrics.set('holdfast_backup_age_seconds', newest === undefined ? -1 : Math.round((clock.now() - newest.created_at) / 1000));
  const after = await readTry(tables, node);
  metrics.set('holdfast_backup_failed', (after?.trouble ?? null) === null ? 0 : 1);
}

function nextBackup(everyHours: number, last: { triedAt: number; trouble: string | null } | null): number {
  if (last === null) return 0;
  return last.triedAt + (last.trouble === null ? everyHours * HOUR_MS : Math.min(AGAIN_MS, everyHours * HOUR_MS));
}
