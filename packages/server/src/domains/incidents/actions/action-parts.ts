import { actionEvents, type ActionState, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, sortedJson, type Actor } from '../../applications/index.ts';
import type { ActionKinds } from './action-kind.ts';
import { applicationOf, STATES_AFTER, subjectOf } from './domain.ts';
import type { ActionSeal, ActionStep, Content } from './sealed.ts';
import type { ActionDb, ActionRow, ActionTables } from './tables.ts';

export interface ActionParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: string;
  readonly seal: ActionSeal;
  readonly newId: () => string;
  readonly kinds: () => ActionKinds;
  /** Who made this token; null = nobody is known to have. */
  readonly behindToken: (token: string) => Promise<string | null>;
  /** Tests end the process here. */
  readonly fault: (name: string) => void;
  readonly told: (id: string) => Promise<void>;
  /** What this process works on: nothing is done twice at a time. */
  readonly busy: Map<string, Promise<void>>;
}

/** An action as it is stored, opened. */
export interface Stored {
  readonly row: ActionRow;
  readonly content: Content;
}

export const SYSTEM: Actor = { kind: 'system', ref: 'response' };
const PARAMETERS_CHARS_MAX = 4000;
const STEPS_MAX = 100;

export const conflict = (detail: string, pointer = ''): Refusal => new Refusal('conflict', { errors: [{ pointer, detail }] });

/** One change under way: what is pushed to `events` is recorded before it is committed. */
export interface ActionChange {
  readonly tx: ActionDb;
  readonly seal: ActionSeal;
  readonly bus: Bus;
  readonly now: number;
  readonly events: EventRecord[];
}

export async function changing<Result>(
  { db, bus, clock, seal }: ActionParts,
  act: (change: ActionChange) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction: Transaction) => {
    const events: EventRecord[] = [];
    const tx = transaction.kysely.withTables<ActionTables>();
    const result = await act({ tx, seal, bus, now: clock.now(), events });
    await bus.publish(transaction, events);
    return result;
  });
}

/** The last steps are kept: an action that is done and undone a hundred times has its first in the ledger. */
export const withStep = (steps: readonly ActionStep[], step: ActionStep): readonly ActionStep[] =>
  [...steps, step].slice(-STEPS_MAX);

export function stepOf(
  now: number,
  what: ActionStep['what'],
  { actor, detail }: { actor: Actor; detail: string | null },
): ActionStep {
  return { time: now, what, actor: actorName(actor), detail: detail?.slice(0, 500) ?? null };
}

/** A programmer's mistake, not one of whoever asks: those are refused before. */
export function assertMove(from: ActionState, to: ActionState): void {
  if (!STATES_AFTER[from].includes(to)) throw new Error(`assertion: an action does not go from ${from} to ${to}`);
}

const aboutOf = (id: string, { request }: Content, actor: Actor) => ({
  actor,
  application: applicationOf(request),
  target: id,
  subject: subjectOf(id, request),
});

export function noteAsked({ bus, events }: ActionChange, { row, content }: Stored): void {
  const { request, plan, actor, reason } = content;
  const parameters = sortedJson(request.parameters).slice(0, PARAMETERS_CHARS_MAX);
  const payload = {
    action: row.id,
    name: row.action,
    incident: row.incident,
    run: row.run,
    approvals: plan.approvals,
    parameters,
  };
  events.push(bus.newEvent(actionEvents.asked, { ...aboutOf(row.id, content, actor), reason, payload }));
}

export function noteDecided(
  { bus, events }: ActionChange,
  {
    stored: { row, content },
    ...by
  }: {
    readonly stored: Stored;
    readonly decision: 'approved' | 'refused' | 'expired';
    readonly actor: Actor;
    readonly reason: string | null;
  },
): void {
  const payload = { action: row.id, name: row.action, decision: by.decision };
  const { application, target } = aboutOf(row.id, content, by.actor);
  events.push(bus.newEvent(actionEvents.decided, { actor: by.actor, application, target, reason: by.reason, payload }));
}

export function noteSettled(
  { bus, events }: ActionChange,
  {
    stored: { row, content },
    state,
    actor,
    detail,
  }: {
    readonly stored: Stored;
    readonly state: ActionState;
    readonly actor: Actor;
    readonly detail: string;
  },
): void {
  const payload = { action: row.id, name: row.action, incident: row.incident, state, detail: detail.slice(0, 500) };
  const outcome = state === 'refused' ? 'refused' : 'ok';
  events.push(bus.newEvent(actionEvents.settled, { ...aboutOf(row.id, content, actor), outcome, payload }));
}
