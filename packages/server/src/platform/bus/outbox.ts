import { eventRecordSchema, type EventRecord } from '@holdfast/contract';
import type { Database, Queryable } from '../db/database.ts';

/** While one process works on a row, others leave it alone for so long. */
export const LEASE_MS = 60_000;
const BATCH_MAX = 64;

export interface DueEvent {
  readonly event: EventRecord;
  readonly attempts: number;
}

/** One row an event, in the transaction of the change it tells of. */
export async function writeOutbox(
  tx: Queryable,
  { events, now }: { readonly events: readonly EventRecord[]; readonly now: number },
): Promise<void> {
  for (const event of events) {
    await tx.query('insert into platform_outbox (id, type, record, created_at, due_at) values ($1, $2, $3, $4, $4)', [
      event.id,
      event.type,
      JSON.stringify(event),
      now,
    ]);
  }
}

/** Takes due rows for this process. Skipping locked rows lets several nodes share the work. */
export async function claimDue(db: Database, now: number): Promise<readonly DueEvent[]> {
  const rows = await db.query<{ record: unknown; attempts: number }>(
    `update platform_outbox set due_at = $1, attempts = attempts + 1
      where id in (select id from platform_outbox where due_at <= $2 order by id limit $3 for update skip locked)
      returning record, attempts`,
    [now + LEASE_MS, now, BATCH_MAX],
  );
  const due = rows.map(({ record, attempts }) => ({ event: eventRecordSchema.parse(record), attempts }));
  return due.sort((one, other) => (one.event.id < other.event.id ? -1 : 1));
}

export async function postpone(db: Database, eventId: string, dueAt: number): Promise<void> {
  await db.query('update platform_outbox set due_at = $2 where id = $1', [eventId, dueAt]);
}

export async function readHandled(db: Database, eventId: string): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ subscriber: string }>('select subscriber from platform_handled where event_id = $1', [eventId]);
  return new Set(rows.map(({ subscriber }) => subscriber));
}

export async function markHandled(
  db: Database,
  { subscriber, eventId, now }: { readonly subscriber: string; readonly eventId: string; readonly now: number },
): Promise<void> {
  await db.query('insert into platform_handled (subscriber, event_id, handled_at) values ($1, $2, $3) on conflict do nothing', [
    subscriber,
    eventId,
    now,
  ]);
}

/** All have it: the event leaves the outbox together with its marks. */
export async function finish(db: Database, eventId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('delete from platform_outbox where id = $1', [eventId]);
    await tx.query('delete from platform_handled where event_id = $1', [eventId]);
  });
}

/** Milliseconds until the next row is due; null = the outbox is empty. */
export async function nextDueIn(db: Database, now: number): Promise<number | null> {
  const [row] = await db.query<{ due: number | null }>('select min(due_at) as due from platform_outbox');
  return row === undefined || row.due === null ? null : Math.max(0, row.due - now);
}
