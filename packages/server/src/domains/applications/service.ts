import {
  controlEvents,
  type Application,
  type ApplicationView,
  type EventRecord,
  type ModeChange,
  type ModeHistoryEntry,
  type Page,
  type PageQuery,
} from '@holdfast/contract';
import { sql } from 'kysely';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import { APPLICATIONS_MAX, changedFields, changeMode, hostConflicts, modeSteps } from './domain.ts';
import { faultsOfErrorPages } from './error-page.ts';
import {
  deleteApplication,
  insertApplication,
  insertModeChange,
  readApplications,
  readModeChanges,
  updateApplication,
  type ApplicationDb,
  type StoredApplication,
} from './store.ts';
import type { ApplicationTables } from './tables.ts';

export type Actor = EventRecord['actor'];

export interface ApplicationParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Called after each durable change with what led to it. */
  readonly changed: (cause: string, actor: Actor) => void;
}

/** Who changes it, which revision they read (null = whatever it is), and why. */
export interface ChangeBy {
  readonly actor: Actor;
  readonly revision?: number | null;
  readonly reason?: string | undefined;
}

/** One change under way: the transaction, all applications as they are, who and when, and the events it will publish. */
export interface Change {
  readonly tx: ApplicationDb;
  readonly all: readonly StoredApplication[];
  readonly by: ChangeBy;
  readonly now: number;
  readonly events: EventRecord[];
  readonly bus: Bus;
}

export const toView = ({ declaredDigest: _declared, ...view }: StoredApplication): ApplicationView => view;
export const actorName = (actor: Actor): string => `${actor.kind}:${actor.ref}`;

/**
 * Row, mode history and event in one transaction, or nothing. Writers take turns, because "no two applications answer
 * for one host" is a rule over all rows.
 */
export async function changeIn<Result>(
  { transaction, ...parts }: ApplicationParts & { readonly transaction: Transaction },
  by: ChangeBy,
  act: (change: Change) => Promise<Result>,
): Promise<Result> {
  const tx = transaction.kysely.withTables<ApplicationTables>();
  await sql`LOCK TABLE application_entry IN SHARE ROW EXCLUSIVE MODE`.execute(tx);
  const events: EventRecord[] = [];
  const result = await act({ tx, all: await readApplications(tx), by, now: parts.clock.now(), events, bus: parts.bus });
  await parts.bus.publish(transaction, events);
  const [first] = events;
  if (first !== undefined) transaction.afterCommit(() => parts.changed(first.type, first.actor));
  return result;
}

export async function change<Result>(
  parts: ApplicationParts,
  by: ChangeBy,
  act: (change: Change) => Promise<Result>,
): Promise<Result> {
  return parts.db.transaction(async (transaction) => changeIn({ ...parts, transaction }, by, act));
}

export function find(all: readonly StoredApplication[], id: string): StoredApplication {
  const found = all.find(({ application }) => application.id === id);
  if (found === undefined) throw new Refusal('not-found');
  return found;
}

function refuseFaults(application: Application, all: readonly StoredApplication[]): void {
  const errors = hostConflicts(
    application,
    all.map((one) => one.application),
  );
  if (errors.length > 0) throw new Refusal('conflict', { errors });
  const faults = faultsOfErrorPages(application.errors);
  if (faults.length > 0) throw new Refusal('input-invalid', { errors: faults });
}

async function recordModeSteps(change: Change, before: Application, after: Application): Promise<void> {
  const { actor, reason = null } = change.by;
  for (const { group, from, to } of modeSteps(before, after)) {
    const entry = { application: after.id, group, from, to, reason, actor: actorName(actor), at: change.now };
    await insertModeChange(change.tx, entry);
    const fields = { actor, application: after.id, target: after.id, reason, payload: { from, to, group } };
    change.events.push(change.bus.newEvent(controlEvents.modeChanged, fields));
  }
}

export async function addApplication(
  change: Change,
  application: Application,
  origin: { readonly origin: 'config' | 'operator'; readonly declaredDigest: string | null },
): Promise<StoredApplication> {
  if (change.all.some((one) => one.application.id === application.id)) {
    throw new Refusal('conflict', { errors: [{ pointer: '/id', detail: 'an application with this id exists' }] });
  }
  if (change.all.length >= APPLICATIONS_MAX) {
    throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${APPLICATIONS_MAX} applications` }] });
  }
  refuseFaults(application, change.all);
  const { actor, reason = null } = change.by;
  const stored = {
    application,
    ...origin,
    revision: 1,
    createdAt: change.now,
    updatedAt: change.now,
    updatedBy: actorName(actor),
  };
  await insertApplication(change.tx, stored);
  const payload = { upstream: application.upstream, hosts: application.hosts };
  change.events.push(
    change.bus.newEvent(controlEvents.applicationCreated, {
      actor,
      application: application.id,
      target: application.id,
      reason,
      payload,
    }),
  );
  return stored;
}

/** Nothing changed = nothing is written and nothing recorded. */
export async function rewriteApplication(
  change: Change,
  before: StoredApplication,
  after: Pick<StoredApplication, 'application' | 'origin' | 'declaredDigest'>,
): Promise<StoredApplication> {
  const { actor, revision = null, reason = null } = change.by;
  if (revision !== null && revision !== before.revision) throw new Refusal('precondition-failed');
  const { application } = after;
  const fields = changedFields(before.application, application);
  if (fields.length === 0 && before.declaredDigest === after.declaredDigest && before.origin === after.origin) return before;
  refuseFaults(application, change.all);
  const stored = { ...before, ...after, revision: before.revision + 1, updatedAt: change.now, updatedBy: actorName(actor) };
  if (!(await updateApplication(change.tx, stored, before.revision))) throw new Refusal('precondition-failed');
  await recordModeSteps(change, before.application, application);
  const target = { actor, application: application.id, target: application.id, reason };
  if (fields.includes('csp')) {
    const payload = { mode: application.csp.mode, policy: application.csp.policy };
    change.events.push(change.bus.newEvent(controlEvents.cspChanged, { ...target, payload }));
  }
  const others = fields.filter((field) => !['mode', 'rules', 'csp'].includes(field));
  if (others.length > 0) {
    change.events.push(change.bus.newEvent(controlEvents.applicationUpdated, { ...target, payload: { fields: others } }));
  }
  return stored;
}

export async function dropApplication(change: Change, before: StoredApplication): Promise<void> {
  const { actor, revision = null, reason = null } = change.by;
  if (revision !== null && revision !== before.revision) throw new Refusal('precondition-failed');
  if (!(await deleteApplication(change.tx, before.application.id, before.revision))) throw new Refusal('precondition-failed');
  const { id } = before.application;
  change.events.push(
    change.bus.newEvent(controlEvents.applicationRemoved, { actor, application: id, target: id, reason, payload: {} }),
  );
}

export async function setMode(
  parts: ApplicationParts,
  id: string,
  by: ChangeBy & { readonly change: ModeChange },
): Promise<ApplicationView> {
  return change(parts, { ...by, reason: by.change.reason ?? by.reason }, async (step) => {
    const before = find(step.all, id);
    const changed = changeMode(before.application, by.change);
    const after = changed === null ? before : { ...before, application: changed.next };
    return toView(await rewriteApplication(step, before, after));
  });
}

/** Newest first; the cursor is the number of the last row shown. */
export async function modeHistory(
  parts: ApplicationParts,
  id: string,
  { cursor, limit }: PageQuery,
): Promise<Page<ModeHistoryEntry>> {
  const db = parts.db.kysely.withTables<ApplicationTables>();
  find(await readApplications(db), id);
  const before = cursor === undefined ? null : Number(cursor);
  if (before !== null && !Number.isSafeInteger(before)) {
    throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
  }
  const rows = await readModeChanges(db, { application: id, before, limit: limit + 1 });
  const items = rows.slice(0, limit).map(({ seq: _seq, ...entry }) => entry);
  return { items, next: rows.length > limit ? String(rows[limit - 1]?.seq) : null };
}
