import type { ClockView } from '@holdfast/contract';
import type { Queryable } from '../../../platform/db/database.ts';
import type { Progress } from './due.ts';

/** A clock as it is stored; its reason is sealed. */
export interface ClockRow extends Progress {
  readonly id: string;
  readonly incident: string;
  readonly number: number;
  readonly isDrill: boolean;
  /** It is recorded what it would say, and nobody is told. */
  readonly isQuiet: boolean;
  readonly rule: string;
  readonly title: string;
  readonly source: string;
  readonly hours: number | null;
  readonly months: number | null;
  readonly after: string | null;
  readonly awareAt: number;
  readonly state: ClockView['state'];
  readonly settledAt: number | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
}

const COLUMNS = `id, incident, number, is_drill as "isDrill", is_quiet as "isQuiet", rule, title, source, hours, months, after_rule as "after",
  aware_at as "awareAt", started_at as "startedAt", due_at as "dueAt", state, told, reminded, settled_at as "settledAt",
  settled_by as "settledBy", reason`;

export async function readClocks(db: Queryable, incident: string): Promise<readonly ClockRow[]> {
  return db.query<ClockRow>(`select ${COLUMNS} from incident_clock where incident = $1 order by due_at nulls last, id`, [
    incident,
  ]);
}

/** The one that ends first first. */
export async function readRunning(db: Queryable): Promise<readonly ClockRow[]> {
  return db.query<ClockRow>(`select ${COLUMNS} from incident_clock where state = 'running' order by due_at nulls last, id`);
}

export type NewClock = Omit<ClockRow, keyof Settled | 'state' | 'told' | 'reminded'>;

/** False = this incident has one of this rule. */
export async function insertClock(tx: Queryable, clock: NewClock): Promise<boolean> {
  const { id, incident, number, isDrill, isQuiet, rule, title, source, hours, months, after, awareAt, startedAt, dueAt } = clock;
  const rows = await tx.query(
    `insert into incident_clock (id, incident, number, is_drill, rule, title, source, hours, months, after_rule, aware_at,
      started_at, due_at, is_quiet, state, told, reminded)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'running', 0, 0)
      on conflict (incident, rule) do nothing returning id`,
    [id, incident, number, isDrill, rule, title, source, hours, months, after, awareAt, startedAt, dueAt, isQuiet],
  );
  return rows.length > 0;
}

/** False = it was told, by this node or another, or it runs no more. */
export async function markShare(tx: Queryable, id: string, share: number): Promise<boolean> {
  const rows = await tx.query(
    `update incident_clock set told = $2 where id = $1 and state = 'running' and told < $2 returning id`,
    [id, share],
  );
  return rows.length > 0;
}

/** The same for the days of a clock without an hour. */
export async function markDay(tx: Queryable, id: string, day: number): Promise<boolean> {
  const rows = await tx.query(
    `update incident_clock set reminded = $2 where id = $1 and state = 'running' and reminded < $2 returning id`,
    [id, day],
  );
  return rows.length > 0;
}

export interface Settled {
  readonly state: ClockView['state'];
  readonly settledAt: number | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
}

/** False = somebody settled it before. */
export async function settleClock(tx: Queryable, id: string, { state, settledAt, settledBy, reason }: Settled): Promise<boolean> {
  const rows = await tx.query(
    `update incident_clock set state = $2, settled_at = $3, settled_by = $4, reason = $5
      where id = $1 and state = 'running' returning id`,
    [id, state, settledAt, settledBy, reason],
  );
  return rows.length > 0;
}

export async function moveClock(tx: Queryable, { id, startedAt, dueAt }: Pick<ClockRow, 'id' | 'startedAt' | 'dueAt'>) {
  await tx.query(`update incident_clock set started_at = $2, due_at = $3 where id = $1 and state = 'running'`, [
    id,
    startedAt,
    dueAt,
  ]);
}

export interface StepRow {
  readonly id: string;
  readonly clock: string;
  readonly time: number;
  readonly what: 'started' | 'warned' | 'reminded' | 'moved' | 'settled';
  readonly share: number | null;
  readonly actor: string;
  readonly event: string;
  readonly eventTime: number;
}

export async function insertStep(tx: Queryable, { incident, ...step }: StepRow & { readonly incident: string }): Promise<void> {
  const { id, clock, time, what, share, actor, event, eventTime } = step;
  await tx.query(
    `insert into incident_clock_step (id, clock, incident, time, what, share, actor, event, event_time)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, clock, incident, time, what, share, actor, event, eventTime],
  );
}

/** A clock without an hour is reminded of daily: more than the first and the newest are no story. */
const STEPS_MAX = 200;

/** Oldest first. */
export async function readSteps(db: Queryable, incident: string): Promise<readonly StepRow[]> {
  const rows = await db.query<StepRow>(
    `select id, clock, time, what, share, actor, event, event_time as "eventTime" from incident_clock_step
      where incident = $1 order by id desc limit $2`,
    [incident, STEPS_MAX],
  );
  return rows.toReversed();
}

/** Shares that were told, by clock. */
export async function readTold(db: Queryable, clocks: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await db.query<{ clock: string; share: number }>(
    `select clock, share from incident_clock_step where what = 'warned' and clock = any($1::text[]) order by share`,
    [[...clocks]],
  );
  const told = new Map<string, number[]>();
  for (const { clock, share } of rows) told.set(clock, [...(told.get(clock) ?? []), share]);
  return told;
}
