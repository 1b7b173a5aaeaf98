import { SEVERITIES } from '@holdfast/contract';
import { sql } from 'kysely';
import type { AlertDb } from './tables.ts';

export const HOUR_MS = 3_600_000;
/** Longer than anybody is shown. */
const HOURS_KEPT = 48;
/** Fewer rows are read as fast as one. */
const ROWS_MANY = 500;

type What = 'open' | 'begun' | 'kept';

/** What a trigger of the database counted (migration 0112): exact in each transaction, and a few rows to read. */
async function sums(db: AlertDb, what: What, from: number): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('detection_alert_tally')
    .select((query) => ['part', query.fn.sum<string>('alerts').as('alerts')])
    .where('what', '=', what)
    .where('part', '>=', from)
    .groupBy('part')
    .execute();
  return new Map(rows.map(({ part, alerts }) => [part, Number(alerts)]));
}

/** In the order of the severities. */
export async function countOpen(db: AlertDb): Promise<number[]> {
  const open = await sums(db, 'open', 0);
  return SEVERITIES.map((_severity, rank) => open.get(rank) ?? 0);
}

/** How many began in each of the last hours, oldest first. */
export async function countBegun(db: AlertDb, now: number, hours: number): Promise<{ at: number; alerts: number }[]> {
  const first = Math.floor(now / HOUR_MS) - hours + 1;
  const begun = await sums(db, 'begun', first);
  return Array.from({ length: hours }, (_none, offset) => ({
    at: (first + offset) * HOUR_MS,
    alerts: begun.get(first + offset) ?? 0,
  }));
}

export const countKept = async (db: AlertDb): Promise<number> => (await sums(db, 'kept', 0)).get(0) ?? 0;

/** One statement: whoever reads meanwhile has the rows of before or those of after, and two nodes never sum up one row twice. */
export async function sumUp(db: AlertDb, now: number): Promise<void> {
  const oldest = Math.floor(now / HOUR_MS) - HOURS_KEPT;
  await sql`
    WITH gone AS (
      DELETE FROM detection_alert_tally WHERE (SELECT count(*) FROM detection_alert_tally) > ${ROWS_MANY}
      RETURNING what, part, alerts
    )
    INSERT INTO detection_alert_tally (what, part, alerts)
    SELECT what, part, sum(alerts) FROM gone WHERE what <> 'begun' OR part >= ${oldest}
    GROUP BY what, part HAVING sum(alerts) <> 0
  `.execute(db);
}
