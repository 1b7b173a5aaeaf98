import type { ActionInput, ActionPlan, ActionRequest } from '@holdfast/contract';
import { APPROVAL_MS } from '@holdfast/contract';
import { hash } from 'node:crypto';
import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { sortedJson } from '../../applications/index.ts';
import type { Asker, StateOf } from './action-kind.ts';
import { changing, conflict, noteAsked, noteSettled, stepOf, withStep, type ActionParts, type Stored } from './action-parts.ts';
import { changeAction, findAction, findByKey, insertAction, lockAction } from './action-store.ts';
import type { ActionBy, Asking } from './actions.ts';
import { CLAIM_MS, carryOn } from './carrying.ts';
import { AGAIN, applicationOf, withCap } from './domain.ts';
import { kindOf } from './kind-of.ts';
import type { Content } from './sealed.ts';
import type { ActionRow } from './tables.ts';

const digestOf = (text: string): string => hash('sha256', text, 'hex');

export const askerOf = ({ actor, session }: Pick<Asking, 'actor' | 'session'>): Asker => ({ actor, session: session ?? null });

/** A playbook was put into force by somebody who may: whoever asks by hand is asked for both permissions. */
export async function assertMay(
  parts: ActionParts,
  { action }: Pick<ActionRequest, 'action'>,
  { may }: Pick<Asking, 'may'>,
): Promise<void> {
  if (may === undefined) return;
  const { permission } = kindOf(parts, action);
  if (!(await may('incident:act')) || !(await may(permission))) throw new Refusal('permission-missing');
}

export async function planOf(parts: ActionParts, { action, parameters }: ActionRequest, asker: Asker): Promise<ActionPlan> {
  return withCap(await kindOf(parts, action).plan(parameters, parts.clock.now(), asker));
}

/** Under one key once. */
export async function requestAction(
  parts: ActionParts,
  { incident, reason, key, ...request }: ActionInput,
  by: Asking,
): Promise<string> {
  await assertMay(parts, request, by);
  const id = parts.newId();
  const keyed = digestOf(key ?? id);
  const digest = digestOf(sortedJson({ ...request, incident }));
  const known = key === undefined ? null : await findByKey(parts, keyed);
  if (known !== null) return sameAs(known, digest);
  const asker = askerOf(by);
  const plan = await planOf(parts, request, asker);
  const before = await kindOf(parts, request.action).read(request.parameters);
  const behind = by.actor.kind === 'token' ? await parts.behindToken(by.actor.ref) : null;
  const asked = { request, plan, before, reason, behind, ...asker };
  const row = { id, request_key: keyed, request_digest: digest, action: request.action, incident, run: by.run?.id ?? null };
  try {
    await store(parts, { ...row, step: by.run?.step ?? null, application: applicationOf(request) }, asked);
  } catch (error) {
    const other = isUniqueViolation(error) ? await findByKey(parts, keyed) : null;
    if (other === null) throw error;
    return sameAs(other, digest);
  }
  parts.fault('action-asked');
  await parts.told(id);
  await carryOn(parts, id);
  return id;
}

function sameAs({ row }: Stored, digest: string): string {
  if (row.request_digest !== digest) throw conflict('this key was used for something else', '/key');
  return row.id;
}

type Named = Pick<ActionRow, 'id' | 'request_key' | 'request_digest' | 'action' | 'incident' | 'run' | 'step' | 'application'>;
type Asked = Pick<Content, 'request' | 'plan' | 'before' | 'reason' | 'behind' | 'actor' | 'session'>;

async function store(parts: ActionParts, named: Named, asked: Asked): Promise<void> {
  await changing(parts, async (change) => {
    const { now } = change;
    const { plan, actor, reason, before } = asked;
    const steps = [stepOf(now, 'asked', { actor, detail: reason })];
    const state = stateOf(plan);
    if (state === 'refused') steps.push(stepOf(now, 'refused', { actor, detail: plan.refused }));
    if (state === 'running') steps.push(stepOf(now, 'began', { actor, detail: null }));
    const row = { ...named, requested_at: now, revision: 1, content: '', ...movesOf(parts, plan, now) };
    const rest = { approvedBy: [], after: null, undo: null, rest: null, undoing: null, round: 0, before, steps };
    const stored: Stored = { row, content: { ...asked, ...rest, outcome: plan.refused } };
    await insertAction(change, stored);
    noteAsked(change, stored);
    if (plan.refused !== null) noteSettled(change, { stored, state, actor, detail: plan.refused });
  });
}

export const stateOf = ({ refused, approvals }: ActionPlan): 'refused' | 'waiting' | 'running' =>
  refused !== null ? 'refused' : approvals > 0 ? 'waiting' : 'running';

/** What goes with the state that a plan leads to. */
export function movesOf({ node }: ActionParts, plan: ActionPlan, now: number) {
  const state = stateOf(plan);
  const isRunning = state === 'running';
  return {
    state,
    work: isRunning ? ('apply' as const) : null,
    node: isRunning ? node : null,
    claimed_until: isRunning ? now + CLAIM_MS : null,
    began_at: isRunning ? now : null,
    decide_by: state === 'waiting' ? now + APPROVAL_MS : null,
    expires_at: plan.expiresAt,
  };
}

/** After an undo: planned anew, asked for by whoever wants it again. */
export async function redoAction(
  parts: ActionParts,
  id: string,
  { reason, by }: { readonly reason: string; readonly by: ActionBy },
): Promise<void> {
  const found = await findAction(parts, id);
  const { request } = found.content;
  await assertMay(parts, request, by);
  const asker = askerOf(by);
  const plan = await planOf(parts, request, asker);
  const before = await kindOf(parts, request.action).read(request.parameters);
  const behind = by.actor.kind === 'token' ? await parts.behindToken(by.actor.ref) : null;
  await changing(parts, async (change) => {
    const locked = await lockAction(change, id, by.revision ?? null);
    if (!AGAIN.has(locked.row.state))
      throw conflict(`this action is ${locked.row.state}: only what was undone or is over is done again`);
    const content = againOf(locked.content, { ...asker, plan, before, behind, reason, now: change.now });
    const stored = await changeAction(change, locked, { ...movesOf(parts, plan, change.now), content });
    noteAsked(change, stored);
    if (plan.refused !== null) noteSettled(change, { stored, state: 'refused', actor: by.actor, detail: plan.refused });
  });
  parts.fault('action-asked');
  await parts.told(id);
  await carryOn(parts, id);
}

interface Again extends Asker {
  readonly plan: ActionPlan;
  readonly before: StateOf;
  readonly behind: string | null;
  readonly reason: string;
  readonly now: number;
}

function againOf(content: Content, { now, ...again }: Again): Content {
  const { plan, actor, reason } = again;
  let steps = withStep(content.steps, stepOf(now, 'redone', { actor, detail: reason }));
  if (plan.refused !== null) steps = withStep(steps, stepOf(now, 'refused', { actor, detail: plan.refused }));
  return {
    ...content,
    ...again,
    approvedBy: [],
    outcome: plan.refused,
    after: null,
    undo: null,
    round: content.round + 1,
    steps,
  };
}
