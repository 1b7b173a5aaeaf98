import { secretEvents, type EventRecord, type SecretData, type SecretRef } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { about, refText } from '../ref.ts';
import { lockEntry, updateEntry } from './entry-store.ts';
import type { EntryRow, SecretDb, SecretTables } from './tables.ts';
import type { ValueSeal } from './value-seal.ts';
import { dropOldest, insertVersion, readVersion } from './version-store.ts';

export interface StepParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly seal: ValueSeal;
}

/** One change under way: rows and events of it are one commit. */
export interface Step extends StepParts {
  readonly tx: SecretDb;
  readonly now: number;
  readonly actor: Actor;
  readonly events: EventRecord[];
}

/** Rows and events in this transaction, or nothing. */
export async function stepIn<Result>(
  { transaction, actor, ...parts }: StepParts & { readonly transaction: Transaction; readonly actor: Actor },
  act: (step: Step) => Promise<Result>,
): Promise<Result> {
  const tx = transaction.kysely.withTables<SecretTables>();
  const events: EventRecord[] = [];
  const result = await act({ ...parts, actor, tx, now: parts.clock.now(), events });
  await parts.bus.publish(transaction, events);
  return result;
}

export async function lockOrRefuse({ tx }: Step, ref: SecretRef): Promise<EntryRow> {
  const entry = await lockEntry(tx, ref);
  if (entry === null) throw new Refusal('not-found');
  return entry;
}

export interface Content {
  readonly data: SecretData;
  readonly note: string | null;
  readonly copyOf: number | null;
}

const keyOf = ({ id, data_key: dataKey }: EntryRow) => ({ id, dataKey });

/** A version that nobody is given yet. */
export async function stageVersion({ tx, now, actor, seal }: Step, entry: EntryRow, content: Content): Promise<number> {
  const version = entry.latest_version + 1;
  const { data, note, copyOf } = content;
  await insertVersion(tx, {
    secret: entry.id,
    version,
    state: 'staged',
    sealed: seal.seal(keyOf(entry), { ...refOf(entry), version }, data),
    fields: Object.keys(data),
    created_at: now,
    created_by: actorName(actor),
    note,
    deleted_at: null,
    copy_of: copyOf,
  });
  await updateEntry(tx, entry.id, { latest_version: version });
  return version;
}

/** From now on this one is given; how many of the oldest are gone for it. */
export async function makeCurrent({ tx, now }: Step, entry: EntryRow, version: number): Promise<number> {
  await tx
    .updateTable('secret_version')
    .set({ state: 'live' })
    .where('secret', '=', entry.id)
    .where('version', '=', version)
    .execute();
  await updateEntry(tx, entry.id, { current_version: version, changed_at: now });
  return dropOldest(tx, { secret: entry.id, current: version, kept: entry.versions_kept });
}

export async function writeVersion(step: Step, entry: EntryRow, content: Content): Promise<void> {
  const version = await stageVersion(step, entry, content);
  const dropped = await makeCurrent(step, entry, version);
  const ref = refOf(entry);
  const isNew = entry.latest_version === 0;
  const payload = { secret: refText(ref), version, isNew, copyOf: content.copyOf, dropped };
  const { bus, actor, events } = step;
  events.push(bus.newEvent(secretEvents.written, { actor, ...about(ref), reason: content.note, payload }));
}

/** What is in a version, for those that may be looked at; the event of a row that does not open is for whoever asked. */
export async function openVersion({ tx, seal }: Step, entry: EntryRow, version: number): Promise<SecretData> {
  const row = await readVersion(tx, entry.id, version);
  if (row === null || row.sealed === null || row.state !== 'live') throw new Refusal('not-found');
  const data = seal.open(keyOf(entry), { ...refOf(entry), version }, row.sealed);
  if (data === null) throw new Refusal('secret-damaged');
  return data;
}

export const refOf = ({ application, environment, name }: SecretRef): SecretRef => ({ application, environment, name });
