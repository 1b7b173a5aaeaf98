import type { EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { AccessDb, AccessTables } from './tables.ts';

export type Actor = EventRecord['actor'];

export interface ChangeParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Called after each durable change with what led to it. */
  readonly changed: (cause: string, actor: Actor) => void;
}

/** One change under way; what is pushed to `events` is recorded before it is committed. */
export interface Change {
  readonly tx: AccessDb;
  readonly now: number;
  readonly events: EventRecord[];
}

export const nameOf = ({ kind, ref }: Actor): string => `${kind}:${ref}`;

/** Rows and events in one transaction. Writers take turns: two that accept at once must not make one version. */
export async function changeIn<Result>(
  { bus, clock, changed, transaction }: Omit<ChangeParts, 'db'> & { readonly transaction: Transaction },
  act: (change: Change) => Promise<Result>,
): Promise<Result> {
  await transaction.query('LOCK TABLE access_policy IN SHARE ROW EXCLUSIVE MODE');
  const events: EventRecord[] = [];
  const result = await act({ tx: transaction.kysely.withTables<AccessTables>(), now: clock.now(), events });
  await bus.publish(transaction, events);
  const [first] = events;
  if (first !== undefined) transaction.afterCommit(() => changed(first.type, first.actor));
  return result;
}

export async function change<Result>({ db, ...parts }: ChangeParts, act: (change: Change) => Promise<Result>): Promise<Result> {
  return db.transaction(async (transaction) => changeIn({ ...parts, transaction }, act));
}
