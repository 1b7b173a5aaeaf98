import type { EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Logsource } from '@holdfast/sigma';
import { markIdle } from './idle.ts';
import { raiseVersion } from './rule-store.ts';
import type { RuleDb, RuleTables } from './tables.ts';

export interface ChangeParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Sources that events can have here. */
  readonly logsources: readonly Logsource[];
  /** Called after each durable change of rules or behaviours. */
  readonly changed: () => void;
}

/** One change under way; what is pushed to `events` is recorded before it is committed. */
export interface Change {
  readonly tx: RuleDb;
  readonly now: number;
  readonly events: EventRecord[];
  /** Something is other than before: every node gives its watch the new set. */
  readonly touch: () => void;
}

/** Rows and events in one transaction. Writers take turns, also those at other nodes. */
export async function change<Result>(
  { db, bus, clock, logsources, changed }: ChangeParts,
  act: (change: Change) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    await transaction.query('LOCK TABLE detection_text IN SHARE ROW EXCLUSIVE MODE');
    const tx = transaction.kysely.withTables<RuleTables>();
    const events: EventRecord[] = [];
    let isTouched = false;
    const touch = (): void => {
      isTouched = true;
    };
    const result = await act({ tx, now: clock.now(), events, touch });
    if (isTouched) {
      await markIdle(tx, logsources);
      await raiseVersion(tx);
      transaction.afterCommit(changed);
    }
    await bus.publish(transaction, events);
    return result;
  });
}
