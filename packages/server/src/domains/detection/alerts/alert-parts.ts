import type { EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import type { Journal } from './journal.ts';
import type { AlertSeal } from './sealed.ts';
import type { AlertDb, AlertTables } from './tables.ts';

/** What the composition root gives. */
export interface AlertPlatform {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  /** What a subject is known by in the ledger. */
  readonly pseudonym: (subject: string) => string;
  /** Where records stand in the ledger of this node, by their ids; those that are none are left out. */
  readonly indexesOf: (
    events: readonly { readonly event: string; readonly time: number }[],
  ) => Promise<ReadonlyMap<string, number>>;
}

/** What the pieces of this folder share. */
export interface AlertParts extends AlertPlatform {
  readonly seal: AlertSeal;
  readonly journal: Journal;
  readonly newId: () => string;
}

export const BY_WATCH: Actor = { kind: 'system', ref: 'watch' };

/** One change under way: what is pushed to `events` is recorded before it is committed. */
export interface AlertChange {
  readonly tx: AlertDb;
  readonly now: number;
  readonly events: EventRecord[];
}

export async function changing<Result>(
  { db, bus, clock }: AlertParts,
  act: (change: AlertChange) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    const events: EventRecord[] = [];
    const tx = transaction.kysely.withTables<AlertTables>();
    const result = await act({ tx, now: clock.now(), events });
    await bus.publish(transaction, events);
    return result;
  });
}

export interface Step {
  readonly alert: string;
  readonly what: string;
  readonly actor: Actor;
  readonly detail: string | null;
}

/** The words are sealed under the number of the row, so it is written first. */
export async function writeStep({ seal }: AlertParts, { tx, now }: AlertChange, step: Step): Promise<void> {
  const { alert, what, actor, detail } = step;
  const { seq } = await tx
    .insertInto('detection_alert_step')
    .values({ alert, time: now, what, actor: actorName(actor), detail: null })
    .returning('seq')
    .executeTakeFirstOrThrow();
  if (detail !== null)
    await tx
      .updateTable('detection_alert_step')
      .set({ detail: seal.note(seq, detail) })
      .where('seq', '=', seq)
      .execute();
}
