import type { IndicatorRow, IntelDb } from './tables.ts';

/** Own ones only: a feed is the place for more. */
export const OWN_INDICATORS_MAX = 10_000;

export const readIndicators = async (db: IntelDb): Promise<IndicatorRow[]> =>
  db.selectFrom('detection_intel_indicator').selectAll().orderBy('id').execute();

export async function countIndicators(db: IntelDb): Promise<number> {
  const row = await db
    .selectFrom('detection_intel_indicator')
    .select((query) => query.fn.countAll<string>().as('indicators'))
    .executeTakeFirst();
  return Number(row?.indicators ?? 0);
}

/** The same value again is the newer word. */
export async function upsertIndicator(db: IntelDb, row: IndicatorRow): Promise<string> {
  const { confidence, action, expires_at, reason, created_by, first_seen_at } = row;
  const { id } = await db
    .insertInto('detection_intel_indicator')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['kind', 'value']).doUpdateSet({ confidence, action, expires_at, reason, created_by, first_seen_at }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function deleteIndicator(db: IntelDb, id: string): Promise<IndicatorRow | undefined> {
  return db.deleteFrom('detection_intel_indicator').where('id', '=', id).returningAll().executeTakeFirst();
}

export async function deleteEnded(db: IntelDb, now: number): Promise<boolean> {
  const result = await db.deleteFrom('detection_intel_indicator').where('expires_at', '<=', now).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}
