import { SEVERITIES, type AlertQuery } from '@holdfast/contract';
import { sql } from 'kysely';
import { GROUP_MS, REPEAT_MS } from './fold.ts';
import type { AlertDb, AlertRow, AlertTables } from './tables.ts';

/** The one that a detection of this time counts for. */
export async function findRepeated(
  tx: AlertDb,
  { detector, entity, time }: { readonly detector: string; readonly entity: string; readonly time: number },
): Promise<AlertRow | null> {
  const row = await tx
    .selectFrom('detection_alert')
    .selectAll()
    .where('detector', '=', detector)
    .where('entity', '=', entity)
    .where('state', '<>', 'closed')
    .where('last_at', '>=', time - REPEAT_MS)
    .where('first_at', '<=', time + REPEAT_MS)
    .orderBy('last_at', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** Groups that one of these stands in within the hour around. */
export async function groupsAround(
  tx: AlertDb,
  { hashes, from, to }: { readonly hashes: readonly string[]; readonly from: number; readonly to: number },
): Promise<string[]> {
  if (hashes.length === 0) return [];
  const rows = await tx
    .selectFrom('detection_alert_entity as shared')
    .innerJoin('detection_alert as alert', 'alert.id', 'shared.alert')
    .select('alert.group_id')
    .distinct()
    .where('shared.entity', 'in', hashes)
    .where('shared.groups', '=', true)
    .where('shared.last_at', '>=', from - GROUP_MS)
    .where('shared.first_at', '<=', to + GROUP_MS)
    .execute();
  return rows.map(({ group_id: group }) => group).toSorted();
}

export async function joinGroups(tx: AlertDb, group: string, others: readonly string[]): Promise<void> {
  if (others.length === 0) return;
  await tx.updateTable('detection_alert').set({ group_id: group }).where('group_id', 'in', others).execute();
}

export async function writeEntities(
  tx: AlertDb,
  alert: string,
  { named, from, to }: { readonly named: ReadonlyMap<string, boolean>; readonly from: number; readonly to: number },
): Promise<void> {
  const values = [...named].map(([entity, groups]) => ({ alert, entity, groups, first_at: from, last_at: to }));
  await tx
    .insertInto('detection_alert_entity')
    .values(values)
    .onConflict((conflict) => conflict.columns(['alert', 'entity']).doUpdateSet({ first_at: from, last_at: to }))
    .execute();
}

export async function findAlert(db: AlertDb, id: string): Promise<AlertRow | null> {
  return (await db.selectFrom('detection_alert').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Locked until the transaction ends. */
export async function lockAlert(tx: AlertDb, id: string): Promise<AlertRow | null> {
  return (await tx.selectFrom('detection_alert').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()) ?? null;
}

export async function changeAlert(
  tx: AlertDb,
  id: string,
  change: Partial<Omit<AlertTables['detection_alert'], 'id' | 'revision'>>,
): Promise<void> {
  await tx
    .updateTable('detection_alert')
    .set({ ...change, revision: sql<number>`revision + 1` })
    .where('id', '=', id)
    .execute();
}

/** Of more than so many alerts about one entity the newest are found. */
const PER_ENTITY_MAX = 5000;

/** As an array it is read first: each alert is then found by its id, however many there are about others. */
const namedIn = (entities: readonly string[]) =>
  sql<boolean>`id = any(array(select alert from detection_alert_entity where entity in (${sql.join(entities)}) order by alert desc limit ${PER_ENTITY_MAX}))`;

/** Newest first. `entities` = one of these stands in it. */
export async function readAlerts(
  db: AlertDb,
  { state, severity, kind, detector, application, group, since, cursor, limit }: Omit<AlertQuery, 'entity'>,
  entities: readonly string[] | null,
): Promise<AlertRow[]> {
  let query = db.selectFrom('detection_alert').selectAll();
  if (state === 'open') query = query.where(sql<boolean>`state in ('new', 'acknowledged')`);
  else if (state !== 'all') query = query.where('state', '=', state);
  if (severity !== undefined) query = query.where('severity', '=', SEVERITIES.indexOf(severity));
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (detector !== undefined) query = query.where('detector', '=', detector);
  if (application !== undefined) query = query.where('application', '=', application);
  if (group !== undefined) query = query.where('group_id', '=', group);
  if (since !== undefined) query = query.where('created_at', '>=', since);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  if (entities !== null) query = query.where(namedIn(entities));
  return query.orderBy('id', 'desc').limit(limit).execute();
}
