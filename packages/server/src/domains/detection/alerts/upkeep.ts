import { sql } from 'kysely';
import type { AlertParts } from './alert-parts.ts';
import { changing } from './alert-parts.ts';
import { ERASED, subjectOf } from './entities.ts';
import { leastScore } from './risk.ts';
import { endSuppressions } from './suppressions.ts';
import { tablesOf, type AlertDb } from './tables.ts';
import { countKept, sumUp } from './tally.ts';

const DAY_MS = 86_400_000;
/** Closed and suppressed ones go first when there are more. */
export const ALERTS_MAX = 200_000;
const REMOVED_PER_SWEEP = 5000;

/** What is over, too old or too much goes. */
export async function sweepAlerts(parts: AlertParts, keptDays: number): Promise<void> {
  const { db, clock, log } = parts;
  const now = clock.now();
  const tables = tablesOf(db);
  await endSuppressions(parts);
  const before = now - keptDays * DAY_MS;
  await tables.deleteFrom('detection_alert').where('state', '=', 'closed').where('closed_at', '<', before).execute();
  await tables.deleteFrom('detection_alert').where('state', '=', 'suppressed').where('last_at', '<', before).execute();
  await tables.deleteFrom('detection_risk').where('score', '<', leastScore(now)).execute();
  await sumUp(tables, now);
  const removed = await removeSurplus(tables);
  if (removed > 0) log.warn({ removed, max: ALERTS_MAX }, 'there are too many alerts: the oldest were removed');
}

async function removeSurplus(tables: AlertDb): Promise<number> {
  const surplus = Math.min(REMOVED_PER_SWEEP, (await countKept(tables)) - ALERTS_MAX);
  if (surplus <= 0) return 0;
  const oldest = tables
    .selectFrom('detection_alert')
    .select('id')
    .orderBy(sql`state in ('new', 'acknowledged')`)
    .orderBy('id')
    .limit(surplus);
  await tables.deleteFrom('detection_alert').where('id', 'in', oldest).execute();
  return surplus;
}

/** Nothing of an erased subject stays in an alert: that there was one, and what was done about it, does. */
export async function forgetSubject(parts: AlertParts, subject: string): Promise<void> {
  const { seal } = parts;
  const isErased = (entity: Parameters<typeof subjectOf>[0]): boolean => parts.pseudonym(subjectOf(entity)) === subject;
  await changing(parts, async ({ tx }) => {
    const rows = await tx
      .selectFrom('detection_alert_entity as named')
      .innerJoin('detection_alert as alert', 'alert.id', 'named.alert')
      .selectAll('alert')
      .where('named.entity', '=', subject)
      .forUpdate()
      .execute();
    for (const { id, summary: sealedSummary, details: sealedDetails } of rows) {
      const summary = seal.openSummary(id, sealedSummary);
      const details = seal.openDetails(id, sealedDetails);
      const clear = <Named extends Parameters<typeof subjectOf>[0]>(entity: Named): Named =>
        isErased(entity) ? { ...entity, value: ERASED } : entity;
      const answered = summary.answered.map((one) => ({ ...one, entity: clear(one.entity), detail: ERASED }));
      await tx
        .updateTable('detection_alert')
        .set({
          summary: seal.summary(id, { entity: clear(summary.entity), reason: ERASED, answered }),
          details: seal.details(id, {
            ...details,
            entities: details.entities.map(clear),
            figures: {},
            evidence: details.evidence.map((one) => ({ ...one, summary: ERASED })),
          }),
        })
        .where('id', '=', id)
        .execute();
      // Words of people and of detectors can name anybody.
      await tx.updateTable('detection_alert_step').set({ detail: null }).where('alert', '=', id).execute();
    }
    await tx.deleteFrom('detection_alert_entity').where('entity', '=', subject).execute();
    await tx.deleteFrom('detection_risk').where('entity', '=', subject).execute();
    await tx.deleteFrom('detection_suppression').where('entity', '=', subject).execute();
  });
}
