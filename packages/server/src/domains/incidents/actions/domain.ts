import type { ActionPlan, ActionRequest, ActionState, Impact } from '@holdfast/contract';
import { sortedJson } from '../../applications/index.ts';
import type { Planned, StateOf } from './action-kind.ts';

/** Of the clients of the last hour: from here on one person more has to agree. */
export const SHARE_ASKED = 0.1;
/** From here on two persons have to. */
export const SHARE_TWO = 0.3;
/** Where few come, a tenth of them says nothing: fewer than these are never many. */
export const CLIENTS_FEW = 20;
export const SESSIONS_FEW = 3;
/** Nearly a third of two visitors is one of them, which may well be the attacker. */
const TOUCHED_MIN = 3;

/** Why an action that touches so many takes more people than it does by itself; null = it does not. */
export function capOf({
  share,
  clients,
  sessions,
}: Impact): { readonly least: 0 | 2; readonly more: 0 | 1; readonly why: string } | null {
  if (share === null) return null;
  const percent = `${Math.floor(share * 100)} % of the clients of the last hour`;
  if (share >= SHARE_TWO && (clients >= TOUCHED_MIN || sessions >= TOUCHED_MIN))
    return { least: 2, more: 0, why: `it would touch ${percent}: two people have to agree` };
  if (share > SHARE_ASKED && (clients > CLIENTS_FEW || sessions > SESSIONS_FEW))
    return { least: 0, more: 1, why: `it would touch ${percent}: one person more has to agree` };
  return null;
}

/** What is asked for, with the people that the cap wants besides. */
export function withCap(planned: Planned): ActionPlan {
  const cap = capOf(planned.impact);
  const approvals = cap === null ? planned.approvals : Math.max(cap.least, Math.min(2, planned.approvals + cap.more));
  const why = cap === null ? planned.why : [...planned.why, cap.why];
  return { ...planned, approvals, why: why.slice(0, 8) };
}

export const isSame = (left: StateOf | null, right: StateOf | null): boolean =>
  left !== null && right !== null && sortedJson(left) === sortedJson(right);

/** Where the state of an action stands. An undo goes through `running` as well. */
export const STATES_AFTER: Readonly<Record<ActionState, readonly ActionState[]>> = {
  waiting: ['waiting', 'running', 'refused', 'expired'],
  running: ['running', 'effective', 'done', 'failed', 'refused', 'undone', 'over'],
  effective: ['running', 'over'],
  done: ['running'],
  undone: ['waiting', 'running', 'refused'],
  over: ['waiting', 'running', 'refused'],
  expired: [],
  refused: [],
  failed: [],
};

export const HOLDS: ReadonlySet<ActionState> = new Set(['effective', 'done']);
export const AGAIN: ReadonlySet<ActionState> = new Set(['undone', 'over']);

/** Whom the words of its records are about: they are encrypted under the key of that subject. */
export function subjectOf(id: string, { action, parameters }: ActionRequest): string {
  if (action === 'ban-source') return parameters.prefix;
  if (action === 'lock-account' || action === 'require-step-up') return `person:${parameters.person}`;
  if (action === 'revoke-sessions' && parameters.scope === 'person') return `person:${parameters.id}`;
  return `action:${id}`;
}

export function applicationOf({ parameters }: ActionRequest): string | null {
  if ('application' in parameters) return parameters.application;
  return 'patch' in parameters ? parameters.patch.application : null;
}
