import { sql } from 'kysely';
import type { AlertDb, SuppressionRow } from './tables.ts';

interface About {
  readonly detector: string;
  readonly application: string | null;
  readonly entities: readonly string[];
}

/** The one in force that keeps this from being told. */
export async function findSuppression(tx: AlertDb, now: number, about: About): Promise<string | null> {
  const row = await tx
    .selectFrom('detection_suppression')
    .select('id')
    .where('expires_at', '>', now)
    .where((one) => one.or([one('detector', 'is', null), one('detector', '=', about.detector)]))
    .where((one) => one.or([one('application', 'is', null), one('application', '=', about.application)]))
    .where((one) => one.or([one('entity', 'is', null), one('entity', 'in', about.entities)]))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

export async function countHit(tx: AlertDb, id: string, hits: number): Promise<void> {
  await tx
    .updateTable('detection_suppression')
    .set({ hits: sql<number>`hits + ${hits}::bigint` })
    .where('id', '=', id)
    .execute();
}

export async function countInForce(tx: AlertDb): Promise<number> {
  const row = await tx
    .selectFrom('detection_suppression')
    .select((query) => query.fn.countAll<string>().as('rows'))
    .executeTakeFirst();
  return Number(row?.rows ?? 0);
}

/** Newest first, after this id. */
export async function readSuppressions(
  db: AlertDb,
  { cursor, limit, now }: { readonly cursor?: string | undefined; readonly limit: number; readonly now: number },
): Promise<SuppressionRow[]> {
  let query = db.selectFrom('detection_suppression').selectAll().where('expires_at', '>', now);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Those that are over, removed and given back. */
export async function takeExpired(tx: AlertDb, now: number): Promise<SuppressionRow[]> {
  return tx.deleteFrom('detection_suppression').where('expires_at', '<=', now).returningAll().execute();
}

export async function takeSuppression(tx: AlertDb, id: string): Promise<SuppressionRow | null> {
  return (await tx.deleteFrom('detection_suppression').where('id', '=', id).returningAll().executeTakeFirst()) ?? null;
}

/** Alerts that nobody has looked at and that it covers are not told any more either. */
export async function suppressKnown(tx: AlertDb, row: Pick<SuppressionRow, 'id' | 'detector' | 'application' | 'entity'>) {
  let query = tx
    .updateTable('detection_alert')
    .set({ state: 'suppressed', suppression: row.id, revision: sql<number>`revision + 1` })
    .where('state', '=', 'new');
  if (row.detector !== null) query = query.where('detector', '=', row.detector);
  if (row.application !== null) query = query.where('application', '=', row.application);
  if (row.entity !== null)
    query = query.where('id', 'in', tx.selectFrom('detection_alert_entity').select('alert').where('entity', '=', row.entity));
  return (await query.returning('id').execute()).map(({ id }) => id);
}
