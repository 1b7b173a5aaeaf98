import { SECRET_VERSIONS_KEPT, secretEvents, type SecretRef, type SecretSettings } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { about, refText } from '../ref.ts';
import type { NewVersion } from '../secrets.ts';
import { countEntries, deleteEntry, insertEntry, lockEntry, updateEntry } from './entry-store.ts';
import { lockOrRefuse, openVersion, writeVersion, type Step } from './step.ts';
import type { EntryRow, StoredState } from './tables.ts';
import { changeStates, dropOldest, readVersions } from './version-store.ts';

/** In one environment of one application; what has more keeps data, not secrets. */
const ENTRIES_MAX = 5000;

const EMPTY = {
  current_version: 0,
  latest_version: 0,
  description: '',
  is_canary: false,
  versions_kept: SECRET_VERSIONS_KEPT,
};

async function createEntry(step: Step, ref: SecretRef, newId: () => string): Promise<EntryRow> {
  const { tx, now, seal } = step;
  if ((await countEntries(tx, ref)) >= ENTRIES_MAX) {
    const detail = `an environment holds at most ${ENTRIES_MAX} secrets`;
    throw new Refusal('conflict', { errors: [{ pointer: '/name', detail }] });
  }
  const id = newId();
  const { dataKey } = seal.newKey(id);
  await insertEntry(tx, { ...ref, ...EMPTY, id, data_key: dataKey, created_at: now, changed_at: now });
  // Made just now, here or by somebody who was faster.
  return lockOrRefuse(step, ref);
}

export async function write(
  step: Step,
  ref: SecretRef,
  { data, cas, note, newId }: NewVersion & { readonly newId: () => string },
): Promise<void> {
  const entry = (await lockEntry(step.tx, ref)) ?? (await createEntry(step, ref, newId));
  if (cas !== undefined && cas !== entry.current_version) throw new Refusal('secret-changed');
  await writeVersion(step, entry, { data, note: note ?? null, copyOf: null });
}

export async function rollBack(
  step: Step,
  ref: SecretRef,
  { version, note }: { readonly version: number; readonly note?: string | undefined },
): Promise<void> {
  const entry = await lockOrRefuse(step, ref);
  const data = await openVersion(step, entry, version);
  await writeVersion(step, entry, { data, note: note ?? null, copyOf: version });
}

/** What each of the three does with versions. A destroyed one stays in the history, without its value. */
const MOVES = {
  deleted: { from: ['live'], to: 'deleted' },
  undeleted: { from: ['deleted'], to: 'live' },
  destroyed: { from: ['live', 'deleted'], to: 'destroyed' },
} as const satisfies Record<string, { from: readonly StoredState[]; to: StoredState }>;

export async function moveVersions(
  step: Step,
  ref: SecretRef,
  { change, versions }: { readonly change: keyof typeof MOVES; readonly versions: readonly number[] },
): Promise<void> {
  const { tx, now, bus, actor, events } = step;
  const entry = await lockOrRefuse(step, ref);
  const { from, to } = MOVES[change];
  const moved = await changeStates(tx, { secret: entry.id, versions, from, to, deletedAt: change === 'undeleted' ? null : now });
  // Those that are so already, or are not there, stay as they are: a repeated call changes nothing and records nothing.
  if (moved.length === 0) return;
  const payload = { secret: refText(ref), change, versions: moved };
  events.push(bus.newEvent(secretEvents.versionsChanged, { actor, ...about(ref), payload }));
}

export async function changeSettings(step: Step, ref: SecretRef, settings: SecretSettings): Promise<void> {
  const { tx, bus, actor, events } = step;
  const entry = await lockOrRefuse(step, ref);
  const { owner, description, maxAgeDays, isCanary, versionsKept } = settings;
  await updateEntry(tx, entry.id, {
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { description }),
    ...(maxAgeDays === undefined ? {} : { max_age_days: maxAgeDays }),
    ...(isCanary === undefined ? {} : { is_canary: isCanary }),
    ...(versionsKept === undefined ? {} : { versions_kept: versionsKept }),
  });
  if (versionsKept !== undefined) await dropOldest(tx, { secret: entry.id, current: entry.current_version, kept: versionsKept });
  const fields = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (fields.length === 0) return;
  const payload = { secret: refText(ref), fields };
  events.push(bus.newEvent(secretEvents.changed, { actor, ...about(ref), payload }));
}

export async function remove(step: Step, ref: SecretRef): Promise<void> {
  const { tx, bus, actor, events } = step;
  const entry = await lockOrRefuse(step, ref);
  const versions = (await readVersions(tx, entry.id)).length;
  await deleteEntry(tx, entry.id);
  events.push(bus.newEvent(secretEvents.removed, { actor, ...about(ref), payload: { secret: refText(ref), versions } }));
}
