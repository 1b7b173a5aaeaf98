import { recoveryEvents } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Cases } from '../cases/cases.ts';
import { BY_RECOVERY } from './recovery-parts.ts';
import { readSchedule } from './store/schedule-store.ts';
import { tablesOf } from './store/tables.ts';

interface FailedDrillParts {
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly db: Database;
  readonly cases: () => Pick<Cases, 'openFor'> | undefined;
}

/**
 * A backup that does not restore is found out on the day of a drill, or on the worst one: somebody has to work on it. From the
 * outbox, so that it is not lost with the process; under the id of the drill, so that it is one incident.
 */
export function openForFailedDrills({ bus, db, cases }: FailedDrillParts): void {
  bus.subscribe('incidents of drills', recoveryEvents.drilled.type, async ({ payload }) => {
    const { drill, backup, ok, detail } = recoveryEvents.drilled.payload.parse(payload);
    if (ok) return;
    const { drillSeverity: severity } = await readSchedule(tablesOf(db));
    if (severity === null) return;
    const summary = [
      `Backup ${backup ?? 'of nobody knows when'} was restored on trial, and something did not fit: ${detail}`,
      `What was tried: holdfast drill show ${drill}. Make another one: holdfast backup now.`,
    ].join('\n');
    await cases()?.openFor(
      `drill:${drill}`,
      { title: 'A backup does not restore', summary, severity, cause: 'recovery' },
      BY_RECOVERY,
    );
  });
}
