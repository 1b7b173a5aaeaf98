import type { IncidentQuery } from '@holdfast/contract';
import { sql } from 'kysely';
import { Refusal } from '../../../platform/refusal.ts';
import { rankOf } from './case-parts.ts';
import type { IncidentBy } from './cases.ts';
import { isNear } from './domain.ts';
import type { CaseDb, CaseRow, CaseTables, TaskRow } from './tables.ts';

const COUNTER = 'incident';
/** More at a time are nobody's wish; the rest waits. */
const EXERCISES_MAX = 20;

/** Whoever holds it is the only one, over all nodes, who opens incidents and joins alerts to them. */
export async function lockIntake(tx: CaseDb): Promise<void> {
  await tx.selectFrom('incidents_counter').select('value').where('name', '=', COUNTER).forUpdate().executeTakeFirstOrThrow();
}

/** Without gaps: what is rolled back takes its number back. */
export async function nextNumber(tx: CaseDb): Promise<number> {
  const { value } = await tx
    .updateTable('incidents_counter')
    .set({ value: sql<number>`value + 1` })
    .where('name', '=', COUNTER)
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

const NUMBER = /^\d{1,9}$/u;

/** By its id, or by its number. */
export async function findCase(db: CaseDb, id: string): Promise<CaseRow | null> {
  const query = db.selectFrom('incidents_case').selectAll();
  const found = NUMBER.test(id) ? query.where('number', '=', Number(id)) : query.where('id', '=', id);
  return (await found.executeTakeFirst()) ?? null;
}

/** Locked until the transaction ends. */
export async function lockCase(tx: CaseDb, id: string): Promise<CaseRow | null> {
  const query = tx.selectFrom('incidents_case').selectAll().forUpdate();
  const found = NUMBER.test(id) ? query.where('number', '=', Number(id)) : query.where('id', '=', id);
  return (await found.executeTakeFirst()) ?? null;
}

export async function mustFind(db: CaseDb, id: string): Promise<CaseRow> {
  const row = await findCase(db, id);
  if (row === null) throw new Refusal('not-found');
  return row;
}

/** Of the revision that was read, where one is named. */
export async function mustLock(tx: CaseDb, id: string, by: IncidentBy): Promise<CaseRow> {
  const row = await lockCase(tx, id);
  if (row === null) throw new Refusal('not-found');
  if ((by.revision ?? null) !== null && by.revision !== row.revision) throw new Refusal('precondition-failed');
  return row;
}

export async function changeCase(
  tx: CaseDb,
  { id, now }: { readonly id: string; readonly now: number },
  change: Partial<Omit<CaseTables['incidents_case'], 'id' | 'number' | 'revision' | 'changed_at'>>,
): Promise<void> {
  await tx
    .updateTable('incidents_case')
    .set({ ...change, changed_at: now, revision: sql<number>`revision + 1` })
    .where('id', '=', id)
    .execute();
}

/** Newest first. */
export async function readCases(
  db: CaseDb,
  { phase, severity, application, owner, cursor, limit }: IncidentQuery,
): Promise<CaseRow[]> {
  let query = db.selectFrom('incidents_case').selectAll();
  if (phase === 'open') query = query.where(sql<boolean>`phase <> 'closed'`);
  else if (phase !== 'all') query = query.where('phase', '=', phase);
  if (severity !== undefined) query = query.where('severity', '=', rankOf(severity));
  if (application !== undefined) query = query.where('application', '=', application);
  if (owner !== undefined) query = query.where('owner', '=', owner);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

export interface Counts {
  readonly alerts: number;
  readonly openTasks: number;
}

export async function countParts(db: CaseDb, ids: readonly string[]): Promise<ReadonlyMap<string, Counts>> {
  if (ids.length === 0) return new Map();
  const alerts = await db
    .selectFrom('incidents_case_alert')
    .select((query) => ['incident', query.fn.countAll<string>().as('count')])
    .where('incident', 'in', [...ids])
    .groupBy('incident')
    .execute();
  const tasks = await db
    .selectFrom('incidents_case_task')
    .select((query) => ['incident', query.fn.countAll<string>().as('count')])
    .where('incident', 'in', [...ids])
    .where('done_at', 'is', null)
    .groupBy('incident')
    .execute();
  const alertsOf = new Map(alerts.map(({ incident, count }) => [incident, Number(count)]));
  const tasksOf = new Map(tasks.map(({ incident, count }) => [incident, Number(count)]));
  return new Map(ids.map((id) => [id, { alerts: alertsOf.get(id) ?? 0, openTasks: tasksOf.get(id) ?? 0 }]));
}

export interface Link {
  readonly incident: string;
  readonly severity: number;
  readonly closedAt: number | null;
}

/** Incidents that an alert stands in. */
export async function linksOf(db: CaseDb, alert: string): Promise<Link[]> {
  return db
    .selectFrom('incidents_case_alert as link')
    .innerJoin('incidents_case as incident', 'incident.id', 'link.incident')
    .select(['link.incident', 'link.severity', 'incident.closed_at as closedAt'])
    .where('link.alert', '=', alert)
    .execute();
}

/** Of these alerts those that stand in no incident. */
export async function unlinked(db: CaseDb, alerts: readonly string[]): Promise<string[]> {
  if (alerts.length === 0) return [];
  const rows = await db
    .selectFrom('incidents_case_alert')
    .select('alert')
    .where('alert', 'in', [...alerts])
    .execute();
  const linked = new Set(rows.map(({ alert }) => alert));
  return alerts.filter((alert) => !linked.has(alert));
}

/** Of these names those by which alerts join an open incident. */
export async function namedInOpen(db: CaseDb, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await db
    .selectFrom('incidents_case_entity as named')
    .innerJoin('incidents_case as incident', 'incident.id', 'named.incident')
    .select('named.entity')
    .distinct()
    .where('named.joins', '=', true)
    .where('named.entity', 'in', [...new Set(hashes)])
    .where(sql<boolean>`incident.phase <> 'closed'`)
    .execute();
  return new Set(rows.map(({ entity }) => entity));
}

export interface Joining {
  readonly hashes: readonly string[];
  readonly application: string | null;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The oldest open incident of the same application that shares somebody and is near in time. */
export async function findJoinable(tx: CaseDb, { hashes, application, firstAt, lastAt }: Joining): Promise<CaseRow | null> {
  if (hashes.length === 0) return null;
  const rows = await tx
    .selectFrom('incidents_case')
    .selectAll()
    .where(sql<boolean>`phase <> 'closed'`)
    .where(sql<boolean>`application is not distinct from ${application}`)
    .where('id', 'in', (query) =>
      query
        .selectFrom('incidents_case_entity')
        .select('incident')
        .where('joins', '=', true)
        .where('entity', 'in', [...hashes]),
    )
    .orderBy('number')
    .execute();
  return rows.find((row) => isNear({ firstAt, lastAt }, { firstAt: row.first_at, lastAt: row.last_at })) ?? null;
}

/** Open or closed; null = none bears this name. */
export async function findNamed(tx: CaseDb, name: string): Promise<string | null> {
  const query = tx.selectFrom('incidents_case_entity').select('incident').where('entity', '=', name);
  return (await query.orderBy('incident').limit(1).executeTakeFirst())?.incident ?? null;
}

export async function readExercises(db: CaseDb): Promise<string[]> {
  const query = db.selectFrom('incidents_case').select('id').where('cause', '=', 'exercise');
  const rows = await query
    .where(sql<boolean>`phase <> 'closed'`)
    .orderBy('id')
    .limit(EXERCISES_MAX)
    .execute();
  return rows.map(({ id }) => id);
}

/** Those that it did not have. */
export async function writeEntities(tx: CaseDb, incident: string, named: ReadonlyMap<string, boolean>): Promise<string[]> {
  if (named.size === 0) return [];
  const values = [...named].map(([entity, joins]) => ({ incident, entity, joins }));
  const added = await tx
    .insertInto('incidents_case_entity')
    .values(values)
    .onConflict((conflict) => conflict.columns(['incident', 'entity']).doNothing())
    .returning('entity')
    .execute();
  return added.map(({ entity }) => entity);
}

export async function writeLink(
  tx: CaseDb,
  link: { readonly incident: string; readonly alert: string; readonly severity: number; readonly now: number },
): Promise<void> {
  const { incident, alert, severity, now } = link;
  await tx
    .insertInto('incidents_case_alert')
    .values({ incident, alert, severity, linked_at: now })
    .onConflict((conflict) => conflict.columns(['incident', 'alert']).doUpdateSet({ severity }))
    .execute();
}

/** Newest first. */
export async function readLinks(db: CaseDb, incident: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('incidents_case_alert')
    .select('alert')
    .where('incident', '=', incident)
    .orderBy('alert', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ alert }) => alert);
}

export async function readTasks(db: CaseDb, incident: string, limit: number): Promise<TaskRow[]> {
  return db.selectFrom('incidents_case_task').selectAll().where('incident', '=', incident).orderBy('id').limit(limit).execute();
}

/** Of open ones; a drill is none. */
export async function countByPhase(db: CaseDb): Promise<readonly { phase: string; severity: number; count: number }[]> {
  const rows = await db
    .selectFrom('incidents_case')
    .select((query) => ['phase', 'severity', query.fn.countAll<string>().as('count')])
    .where(sql<boolean>`phase <> 'closed'`)
    .where('is_drill', '=', false)
    .groupBy(['phase', 'severity'])
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
