import { PHASES, type ActionState, type AlertVerdict, type IncidentCause, type Phase, type SEVERITIES } from '@holdfast/contract';

export type Severity = (typeof SEVERITIES)[number];

/** What alerts of an incident may be apart. */
export const JOIN_MS = 24 * 3_600_000;
/** What somebody has gathered where an incident begins; each day halves it. */
export const RISK_OPENS = 100;
/** An incident by itself, however severe it is called: somebody goes through what belongs to others. */
const OPENING_BEHAVIOURS: ReadonlySet<string> = new Set(['B5']);

export interface Judged {
  readonly detector: string;
  readonly severity: Severity;
  readonly risk: number;
}

/** Why this alert is an incident; null = it is none by itself. */
export function causeOf({ detector, severity, risk }: Judged): IncidentCause | null {
  if (severity === 'critical') return 'critical';
  if (risk >= RISK_OPENS) return 'risk';
  return OPENING_BEHAVIOURS.has(detector) ? 'behaviour' : null;
}

interface Span {
  readonly firstAt: number;
  readonly lastAt: number;
}

export const isNear = (alert: Span, incident: Span): boolean =>
  alert.firstAt <= incident.lastAt + JOIN_MS && alert.lastAt >= incident.firstAt - JOIN_MS;

const rank = (phase: Phase): number => PHASES.indexOf(phase);
/** From here on it is contained: what is counted as the time that it took. */
export const isContained = (phase: Phase): boolean => rank(phase) > rank('contain');

export interface CaseState {
  readonly phase: Phase;
  readonly verdict: AlertVerdict | null;
  readonly owner: string | null;
}

/** What is still done because of it, by its state. */
export interface OpenAction {
  readonly id: string;
  readonly state: ActionState;
}

export interface Move {
  readonly to: Phase;
  readonly verdict: AlertVerdict | null;
  readonly open: readonly OpenAction[];
  readonly leavesActions: boolean;
  /** By a playbook: it goes on in the night, before anybody owns it. */
  readonly isAutomatic?: boolean;
}

export type Decision =
  | { readonly kind: 'moved'; readonly from: Phase; readonly to: Phase; readonly verdict: AlertVerdict | null }
  | { readonly kind: 'refused'; readonly missing: readonly string[] };

const refused = (...missing: readonly string[]): Decision => ({ kind: 'refused', missing });

/**
 * NIST SP 800-61r3: detect, triage, contain, eradicate, recover, closed. Forward may skip, back is one, and what is closed can be
 * opened again anywhere.
 */
export function decideMove(state: CaseState, move: Move): Decision {
  const { phase: from } = state;
  const { to } = move;
  if (from === to) return refused(`it is in the phase ${to} already`);
  const isReopened = from === 'closed';
  if (!isReopened && rank(to) < rank(from) - 1)
    return refused(`from ${from} it goes back to ${PHASES[rank(from) - 1] ?? ''} only`);
  const missing = missingFor(to, { ...state, verdict: move.verdict ?? state.verdict }, move);
  if (missing.length > 0) return refused(...missing);
  // A verdict was said of what was closed: opened again, nobody knows any more.
  return { kind: 'moved', from, to, verdict: isReopened ? null : (move.verdict ?? state.verdict) };
}

/** A playbook that goes on after a crash, or beside another one, finds the incident where it wanted it, or further. */
export const isThereAlready = (from: Phase, to: Phase): boolean => from !== 'closed' && rank(from) >= rank(to);

const NEEDS_OWNER: ReadonlySet<Phase> = new Set(['contain', 'eradicate', 'recover']);

/** What a phase asks for before it is reached, in words. */
export function missingFor(to: Phase, state: CaseState, move: Pick<Move, 'open' | 'leavesActions' | 'isAutomatic'>): string[] {
  const { open, leavesActions, isAutomatic = false } = move;
  const missing: string[] = [];
  if (NEEDS_OWNER.has(to) && state.owner === null && !isAutomatic) missing.push('nobody owns it: name an owner');
  if (to !== 'closed') return missing;
  if (state.verdict === null) missing.push('a verdict: was it an attack?');
  if (!leavesActions) missing.push(...stillOpen(open));
  return missing;
}

function stillOpen(open: readonly OpenAction[]): string[] {
  const waiting = open.filter(({ state }) => state === 'waiting' || state === 'running').length;
  const effective = open.filter(({ state }) => state === 'effective').length;
  return [
    ...(waiting === 0 ? [] : [`${counted(waiting, 'action waits', 'actions wait')}: decide, or say that it stays so`]),
    ...(effective === 0 ? [] : [`${counted(effective, 'action is', 'actions are')} in force: undo, or say that it stays so`]),
  ];
}

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

/** Where it goes next when nothing is skipped. */
export const nextPhase = (phase: Phase): Phase | null => PHASES[rank(phase) + 1] ?? null;
