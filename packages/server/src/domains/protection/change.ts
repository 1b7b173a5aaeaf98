import type { EventRecord } from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Actor } from '../applications/index.ts';
import type { ProtectionDb, ProtectionTables } from './tables.ts';

export interface ProtectionParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  /** A fresh ULID. */
  readonly newId: () => string;
  /** Called after each durable change of policy with what led to it, so that a new snapshot is made. */
  readonly changed: (cause: string, actor: Actor) => void;
}

/** One change under way; what is pushed to `events` is recorded before it is committed. */
export interface Change {
  readonly tx: ProtectionDb;
  readonly transaction: Transaction;
  readonly now: number;
  readonly events: EventRecord[];
}

export const tablesOf = (db: Database): ProtectionDb => db.kysely.withTables<ProtectionTables>();

/** Rows and events in one transaction, then word to the snapshot. A change without events is none: nothing is pushed. */
export async function change<Result>(
  { db, bus, clock, changed }: ProtectionParts,
  act: (change: Change) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    const events: EventRecord[] = [];
    const tx = transaction.kysely.withTables<ProtectionTables>();
    const result = await act({ tx, transaction, now: clock.now(), events });
    await bus.publish(transaction, events);
    const [first] = events;
    if (first !== undefined) transaction.afterCommit(() => changed(first.type, first.actor));
    return result;
  });
}

/** Reads the cursor of a list that is ordered by a row number. */
export function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,15}$/u.test(cursor)) {
    throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
  }
  return Number(cursor);
}
