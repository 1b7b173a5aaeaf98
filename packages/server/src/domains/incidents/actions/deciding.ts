import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import {
  changing,
  conflict,
  noteDecided,
  noteSettled,
  stepOf,
  SYSTEM,
  withStep,
  type ActionChange,
  type ActionParts,
  type Stored,
} from './action-parts.ts';
import { changeAction, findAction, lockAction } from './action-store.ts';
import type { ActionBy } from './actions.ts';
import { movesOf, planOf } from './asking.ts';
import { carryOn } from './carrying.ts';
import { isSame } from './domain.ts';
import { kindOf } from './kind-of.ts';
import type { ActionStep, Content } from './sealed.ts';

const CHANGED = 'what it is about is not as it was when it was asked for';

interface Decision {
  readonly reason: string;
  readonly by: ActionBy;
}

const refuse = (detail: string): Refusal => new Refusal('approval-refused', { detail, errors: [{ pointer: '', detail }] });

/** Four eyes: a person, not a token, and neither who asked nor who agreed already. */
function assertMayAgree({ content }: Stored, { actor }: ActionBy): void {
  const name = actorName(actor);
  if (actor.kind !== 'operator') throw refuse('a person has to agree: a token stands for nobody');
  if (name === actorName(content.actor) || name === content.behind) throw refuse('whoever asked for it does not agree to it');
  if (content.approvedBy.includes(name)) throw refuse('you have agreed already: somebody else has to');
}

async function waiting(change: ActionChange, { id, revision }: { id: string; revision: number | null }): Promise<Stored> {
  const locked = await lockAction(change, id, revision);
  if (locked.row.state !== 'waiting') throw conflict(`this action is ${locked.row.state}: nobody has to agree`);
  if (locked.row.decide_by !== null && locked.row.decide_by <= change.now) throw conflict('nobody decided in time: ask again');
  return locked;
}

/** The last one that was needed has it done; it is planned anew before, since much may have changed while it waited. */
export async function approveAction(parts: ActionParts, id: string, { reason, by }: Decision): Promise<void> {
  const { content: asked, row } = await findAction(parts, id);
  const plan = await planOf(parts, asked.request, asked);
  const before = await kindOf(parts, row.action).read(asked.request.parameters);
  await changing(parts, async (change) => {
    const locked = await waiting(change, { id, revision: by.revision ?? null });
    assertMayAgree(locked, by);
    const { now } = change;
    const isAsAsked = isSame(before, locked.content.before);
    const agreed = withAgreement(locked.content, { now, by, reason: isAsAsked ? reason : `${reason}; ${CHANGED}` });
    // More than before may be needed by now; what was agreed to with fewer in mind is not done by fewer.
    const approvals = Math.max(plan.approvals, locked.content.plan.approvals);
    const isNow = plan.refused !== null || agreed.approvedBy.length >= approvals;
    const steps = isNow ? withStep(agreed.steps, whatNext(plan.refused, agreed, now)) : agreed.steps;
    const content: Content = { ...agreed, plan: { ...plan, approvals }, before, steps, outcome: plan.refused };
    const goes = isNow ? movesOf(parts, { ...plan, approvals: 0 }, now) : { expires_at: plan.expiresAt };
    const stored = await changeAction(change, locked, { ...goes, content });
    noteDecided(change, { stored, decision: 'approved', actor: by.actor, reason });
    if (plan.refused !== null) noteSettled(change, { stored, state: 'refused', actor: SYSTEM, detail: plan.refused });
  });
  parts.fault('action-agreed');
  await parts.told(id);
  await carryOn(parts, id);
}

function withAgreement(content: Content, { now, by, reason }: Decision & { readonly now: number }): Content {
  const step = stepOf(now, 'approved', { actor: by.actor, detail: reason });
  return { ...content, approvedBy: [...content.approvedBy, actorName(by.actor)], steps: withStep(content.steps, step) };
}

const whatNext = (refused: string | null, { actor }: Content, now: number): ActionStep =>
  refused === null ? stepOf(now, 'began', { actor, detail: null }) : stepOf(now, 'refused', { actor: SYSTEM, detail: refused });

/** Anybody who may decide may say no, whoever asked too: that takes a request back. */
export async function refuseAction(parts: ActionParts, id: string, { reason, by }: Decision): Promise<void> {
  await changing(parts, async (change) => {
    const locked = await waiting(change, { id, revision: by.revision ?? null });
    await close(change, locked, { state: 'refused', actor: by.actor, reason });
  });
  await parts.told(id);
}

export async function expireAction(parts: ActionParts, id: string): Promise<void> {
  const isOver = await changing(parts, async (change) => {
    const locked = await lockAction(change, id);
    const { state, decide_by: decideBy } = locked.row;
    if (state !== 'waiting' || decideBy === null || decideBy > change.now) return false;
    await close(change, locked, { state: 'expired', actor: SYSTEM, reason: 'nobody agreed in time' });
    return true;
  });
  if (isOver) await parts.told(id);
}

interface Closing {
  readonly state: 'refused' | 'expired';
  readonly actor: Actor;
  readonly reason: string;
}

async function close(change: ActionChange, locked: Stored, { state, actor, reason }: Closing): Promise<void> {
  const steps = withStep(locked.content.steps, stepOf(change.now, state, { actor, detail: reason }));
  const stored = await changeAction(change, locked, {
    state,
    decide_by: null,
    content: { ...locked.content, outcome: reason, steps },
  });
  noteDecided(change, { stored, decision: state, actor, reason });
}
