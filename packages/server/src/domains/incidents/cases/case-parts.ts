import { incidentEvents, SEVERITIES, type ActionView, type ClockView, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import type { Alerts } from '../../detection/index.ts';
import type { ReadRecords } from '../ledger-records.ts';
import type { Severity } from './domain.ts';
import type { CaseSeal } from './sealed.ts';
import type { CaseDb, CaseRow, CaseTables, EntryRow } from './tables.ts';

/** What the composition of the domain gives. */
export interface CasePlatform {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly pseudonym: (subject: string) => string;
  readonly indexesOf: (
    events: readonly { readonly event: string; readonly time: number }[],
  ) => Promise<ReadonlyMap<string, number>>;
  readonly recordsOf: ReadRecords;
  readonly ledgerSize: () => number;
  readonly hasApplication: (id: string) => Promise<boolean>;
  readonly alerts: Pick<Alerts, 'list' | 'show'>;
  /** What is done because of incidents: of one, or all that is still open. */
  readonly actions: (incident: string | null) => Promise<readonly ActionView[]>;
  readonly clocks: (incident: string) => Promise<readonly ClockView[]>;
}

/** What the pieces of this folder share. */
export interface CaseParts extends CasePlatform {
  readonly seal: CaseSeal;
  readonly newId: () => string;
}

export const BY_WATCH: Actor = { kind: 'system', ref: 'watch' };

export const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);
export const severityOf = (rank: number): Severity => SEVERITIES[rank] ?? 'info';

/** One change under way: what is pushed to `events` is recorded before it is committed. */
export interface CaseChange {
  readonly tx: CaseDb;
  readonly now: number;
  readonly events: EventRecord[];
}

export async function changing<Result>(
  { db, bus, clock }: CaseParts,
  act: (change: CaseChange) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    const events: EventRecord[] = [];
    const tx = transaction.kysely.withTables<CaseTables>();
    const result = await act({ tx, now: clock.now(), events });
    await bus.publish(transaction, events);
    return result;
  });
}

export interface Entry {
  readonly incident: string;
  readonly lane: EntryRow['lane'];
  readonly actor: Actor;
  readonly title: string;
  readonly detail?: string | null;
  readonly severity?: Severity | null;
  readonly ref?: string | null;
  /** The record that says so. */
  readonly event: EventRecord;
}

/** The words are sealed under the number of the row, so it is written first. */
export async function writeEntry({ seal }: CaseParts, { tx, now, events }: CaseChange, entry: Entry): Promise<void> {
  const { incident, lane, actor, title, detail = null, severity = null, ref = null, event } = entry;
  events.push(event);
  const { seq } = await tx
    .insertInto('incidents_case_entry')
    .values({
      incident,
      time: now,
      lane,
      actor: actorName(actor),
      severity: severity === null ? null : rankOf(severity),
      ref,
      event: event.id,
      event_time: event.time,
      words: null,
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('incidents_case_entry')
    .set({ words: seal.entry(seq, { title: title.slice(0, 300), detail: detail === null ? null : detail.slice(0, 4000) }) })
    .where('seq', '=', seq)
    .execute();
}

interface Changed {
  readonly change: 'edited' | 'linked' | 'noted' | 'file-added' | 'task-added' | 'task-done' | 'aware' | 'report-made';
  readonly part: string | null;
  readonly sha256: string | null;
}

interface ChangedFields extends Changed {
  readonly actor: Actor;
  readonly reason?: string | null;
}

/** What people wrote stays sealed with the incident; the ledger says that they did, and the hash of it. */
export function changedEvent(
  { bus }: CaseParts,
  { id, application }: Pick<CaseRow, 'id' | 'application'>,
  { actor, reason = null, change, part, sha256 }: ChangedFields,
): EventRecord {
  const payload = { incident: id, change, part, sha256 };
  return bus.newEvent(incidentEvents.changed, { actor, application, target: id, reason, payload });
}
