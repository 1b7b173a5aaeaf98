import { eventRecordSchema, type EventRecord } from '@holdfast/contract';
import type { Database, Queryable } from '../db/database.ts';
import type { TableColumn } from '../keyring/areas/table-area.ts';
import type { Place } from '../keyring/envelope.ts';
import type { Keyring } from '../keyring/keyring.ts';

/** While one process works on a row, others leave it alone for so long. */
export const LEASE_MS = 60_000;
const BATCH_MAX = 64;

export interface DueEvent {
  readonly event: EventRecord;
  readonly attempts: number;
}

/** Seals what waits: an event can name a person. */
export type OutboxSeal = Pick<Keyring, 'seal' | 'open'>;

const place = (id: string): Place => ['platform_outbox', 'sealed', id];

export const sealedInOutbox: TableColumn = {
  name: 'events: on their way',
  table: 'platform_outbox',
  keys: [{ column: 'id' }],
  column: 'sealed',
  place: ([id = '']) => place(id),
};

/** One row an event, in the transaction of the change it tells of. */
export async function writeOutbox(
  tx: Queryable,
  {
    events,
    now,
    keyring,
  }: { readonly events: readonly EventRecord[]; readonly now: number; readonly keyring: OutboxSeal | null },
): Promise<void> {
  for (const event of events) {
    const text = JSON.stringify(event);
    const sealed = keyring?.seal(Buffer.from(text), place(event.id)) ?? null;
    await tx.query('insert into platform_outbox (id, type, record, sealed, created_at, due_at) values ($1, $2, $3, $4, $5, $5)', [
      event.id,
      event.type,
      sealed === null ? text : null,
      sealed,
      now,
    ]);
  }
}

interface Row {
  readonly id: string;
  /** Of an event that was written before events were sealed, and where nothing is. */
  readonly record: unknown;
  readonly sealed: string | null;
  readonly attempts: number;
}

function toDue({ id, record, sealed, attempts }: Row, keyring: OutboxSeal | null): DueEvent {
  const written: unknown =
    sealed === null || keyring === null ? record : JSON.parse(keyring.open(sealed, place(id)).toString('utf8'));
  return { event: eventRecordSchema.parse(written), attempts };
}

/** Takes due rows for this process. Skipping locked rows lets several nodes share the work. */
export async function claimDue(db: Database, now: number, keyring: OutboxSeal | null): Promise<readonly DueEvent[]> {
  const rows = await db.query<Row>(
    `update platform_outbox set due_at = $1, attempts = attempts + 1
      where id in (select id from platform_outbox where due_at <= $2 order by id limit $3 for update skip locked)
      returning id, record, sealed, attempts`,
    [now + LEASE_MS, now, BATCH_MAX],
  );
  const due = rows.map((row) => toDue(row, keyring));
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
