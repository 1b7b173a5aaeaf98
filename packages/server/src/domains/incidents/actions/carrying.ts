import type { ActionState } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { ActionFor, ActionKind, StateOf } from './action-kind.ts';
import { changing, noteSettled, stepOf, SYSTEM, withStep, type ActionParts, type Stored } from './action-parts.ts';
import { changeAction, findAction, lockAction } from './action-store.ts';
import { isSame } from './domain.ts';
import { kindOf } from './kind-of.ts';

/** So long nobody else takes work up: an action that needs longer is looked at again, and does nothing twice. */
export const CLAIM_MS = 60_000;
/** A guard of whoever does it said no: that is no failure of ours. */
const GUARDS = ['ban-unsafe', 'last-owner'] as const;

interface Came {
  readonly state: ActionState;
  readonly detail: string;
  readonly undo: StateOf | null;
}

/** In words for people; anything that is no refusal is told to the log alone. */
export function wordsOf({ log }: Pick<ActionParts, 'log'>, error: unknown, id: string): string {
  if (isRefusal(error)) return error.errors[0]?.detail ?? error.message;
  log.error({ err: error, action: id }, 'an action failed');
  return 'it failed; see the log';
}

function forWhom({ row, content }: Stored): ActionFor {
  const { actor, session, reason, before, round } = content;
  return {
    id: row.id,
    incident: row.incident,
    actor,
    session,
    reason,
    round,
    before: before ?? {},
    beganAt: row.began_at ?? row.requested_at,
  };
}

/** Goes on with what is under way, from the point where it stopped. */
export async function carryOn(parts: ActionParts, id: string): Promise<void> {
  const { busy } = parts;
  const work = busy.get(id) ?? carry(parts, id).finally(() => busy.delete(id));
  busy.set(id, work);
  await work;
}

async function carry(parts: ActionParts, id: string): Promise<void> {
  const stored = await findAction(parts, id);
  if (stored.row.state !== 'running') return;
  if (stored.row.work === 'apply') await apply(parts, stored);
  else await undo(parts, stored);
}

async function apply(parts: ActionParts, stored: Stored): Promise<void> {
  const { id } = stored.row;
  const kind = kindOf(parts, stored.row.action);
  const { parameters } = stored.content.request;
  const came = await applied(parts, kind, stored);
  parts.fault('action-applied');
  const after = await kind.read(parameters);
  await changing(parts, async (change) => {
    const locked = await lockAction(change, id);
    // Another node took it up meanwhile, and wrote down the same.
    if (locked.row.state !== 'running' || locked.row.work !== 'apply') return;
    const { content } = locked;
    const what = came.state === 'effective' || came.state === 'done' || came.state === 'refused' ? came.state : 'failed';
    const step = stepOf(change.now, what, { actor: content.actor, detail: came.detail });
    const now = await changeAction(change, locked, {
      state: came.state,
      work: null,
      node: null,
      claimed_until: null,
      content: { ...content, outcome: came.detail, undo: came.undo, after, steps: withStep(content.steps, step) },
    });
    noteSettled(change, { stored: now, state: came.state, actor: content.actor, detail: came.detail });
  });
  parts.fault('action-settled');
  await parts.told(id);
}

async function applied(parts: ActionParts, kind: ActionKind, stored: Stored): Promise<Came> {
  try {
    return await kind.apply(stored.content.request.parameters, forWhom(stored));
  } catch (error) {
    const state = GUARDS.some((code) => isRefusal(error, code)) ? 'refused' : 'failed';
    return { state, detail: wordsOf(parts, error, stored.row.id), undo: null };
  }
}

async function undo(parts: ActionParts, stored: Stored): Promise<void> {
  const { id, work } = stored.row;
  const kind = kindOf(parts, stored.row.action);
  const { request, undoing } = stored.content;
  const actor: Actor = undoing?.actor ?? SYSTEM;
  const came = await undone(parts, kind, { stored, actor });
  parts.fault('action-unmade');
  const now = await kind.read(request.parameters);
  await changing(parts, async (change) => {
    const locked = await lockAction(change, id);
    if (locked.row.state !== 'running' || locked.row.work !== work) return;
    const { content } = locked;
    const state = came.isUndone ? (work === 'end' ? 'over' : 'undone') : (content.rest ?? 'effective');
    const isAsBefore = !came.isUndone || isSame(now, content.before);
    const detail = isAsBefore ? came.detail : `${came.detail}; not all is as it was before: somebody else changed it`;
    const what = came.isUndone ? (work === 'end' ? 'over' : 'undone') : 'failed';
    const settled = await changeAction(change, locked, {
      state,
      work: null,
      node: null,
      claimed_until: null,
      // An end that failed is tried again, but not each second.
      expires_at: came.isUndone || work === 'undo' ? locked.row.expires_at : change.now + CLAIM_MS,
      content: {
        ...content,
        outcome: detail,
        undo: came.isUndone ? null : content.undo,
        undoing: null,
        rest: null,
        steps: withStep(content.steps, stepOf(change.now, what, { actor, detail: saidWhy(detail, undoing?.reason) })),
      },
    });
    noteSettled(change, { stored: settled, state: came.isUndone ? state : 'failed', actor, detail });
  });
  parts.fault('action-undone');
  await parts.told(id);
}

const saidWhy = (detail: string, reason: string | undefined): string => (reason === undefined ? detail : `${detail} (${reason})`);

async function undone(
  parts: ActionParts,
  kind: ActionKind,
  { stored, actor }: { readonly stored: Stored; readonly actor: Actor },
): Promise<{ readonly isUndone: boolean; readonly detail: string }> {
  const { request, undo: kept, undoing } = stored.content;
  // Its time was over, and it had ended by itself.
  if (kept === null || kind.undo === undefined) return { isUndone: true, detail: 'its time was over' };
  try {
    const as = { ...forWhom(stored), actor, reason: undoing?.reason ?? stored.content.reason };
    return { isUndone: true, detail: await kind.undo(request.parameters, kept, as) };
  } catch (error) {
    return { isUndone: false, detail: `not undone: ${wordsOf(parts, error, stored.row.id)}` };
  }
}
