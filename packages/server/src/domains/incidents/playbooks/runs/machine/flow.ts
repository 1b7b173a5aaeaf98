import type { Step } from '../../documents/playbook.ts';
import { change, frameOf, playbookOf, stepOf, visitOf, type Draft, type Place } from './draft.ts';
import { isOpen, STEPS_MAX, type Frame, type Visit } from './state.ts';

export interface Result {
  readonly isGood: boolean;
  readonly detail: string | null;
}

export function enter(draft: Draft, step: string, place: Place): void {
  const { visits } = draft.state;
  if (visits.size >= STEPS_MAX) {
    endBranch(draft, place, `it entered more than ${STEPS_MAX} steps`);
    return;
  }
  const seq = visits.size + 1;
  const round = [...visits.values()].filter((visit) => visit.step === step).length + 1;
  const { delayMs } = stepOf(draft, { frame: place.frame, step });
  const isDelayed = delayMs > 0 && !draft.state.isSimulation;
  const visit: Visit = {
    seq,
    ...place,
    step,
    round,
    state: isDelayed ? 'delayed' : 'running',
    startedAt: draft.now,
    endedAt: null,
    wakeAt: isDelayed ? draft.now + delayMs : null,
    dueAt: null,
    command: 0,
    open: 0,
    turns: 0,
    hasFailed: false,
    ending: null,
    isStopped: false,
    action: null,
    question: null,
    detail: null,
  };
  visits.set(seq, visit);
  draft.touched.add(seq);
  if (!isDelayed) begin(draft, visit);
}

/** Its delay is over, or it has none. */
export function begin(draft: Draft, visit: Visit): void {
  const { timeoutMs } = stepOf(draft, visit);
  const dueAt = timeoutMs === null || draft.state.isSimulation ? null : draft.now + timeoutMs;
  change(draft, visit, { state: 'running', wakeAt: null, dueAt });
  draft.agenda.push({ kind: 'start', visit });
}

/**
 * A step has come to its end, and leads on. A failure that it says nothing of goes to whatever opened its branch, and from the
 * last of them to the exception of the playbook (CACAO 2.0 §4.1: without `on_failure` "the playbook's exception handler ... will
 * be invoked").
 */
export function settle(draft: Draft, visit: Visit, { isGood, detail }: Result): void {
  if (!isOpen(visit)) return;
  const state = isGood ? 'succeeded' : visit.isStopped ? 'skipped' : 'failed';
  change(draft, visit, { state, endedAt: draft.now, question: null, detail: detail ?? visit.detail });
  const step = stepOf(draft, visit);
  const why = isGood ? null : `${nameOf(step)}: ${detail ?? 'it failed'}`;
  const next = isGood ? (step.onSuccess ?? step.onCompletion) : step.onFailure;
  const place = { frame: visit.frame, parent: visit.parent };
  if (next === null || visit.isStopped) draft.agenda.push({ kind: 'end', place, why });
  else draft.agenda.push({ kind: 'enter', step: next, place });
}

export const nameOf = ({ name, id }: Step): string => (name === '' ? id : name);

/** A branch is over: with its end step, or because of a failure (`why`) that nothing in it takes. */
export function endBranch(draft: Draft, place: Place, why: string | null): void {
  const frame = frameOf(draft, place.frame);
  if (place.parent === frame.parent) {
    endFrame(draft, frame, why);
    return;
  }
  closeBranch(draft, place.parent, why);
}

function closeBranch(draft: Draft, parent: number | null, why: string | null): void {
  if (parent === null) throw new Error('assertion: a branch that is not the run itself was opened by a step');
  const opener = visitOf(draft, parent);
  change(draft, opener, { open: opener.open - 1 });
  if (why !== null) change(draft, opener, { hasFailed: true, detail: why });
  if (opener.open > 0 || !isOpen(opener)) return;
  if (opener.ending !== null) settle(draft, opener, { isGood: false, detail: opener.ending });
  else if (opener.hasFailed) settle(draft, opener, { isGood: false, detail: opener.detail });
  // A loop looks whether it goes round again.
  else if (stepOf(draft, opener).type === 'while-condition') draft.agenda.push({ kind: 'start', visit: opener });
  else settle(draft, opener, { isGood: true, detail: null });
}

/** A playbook is over. Its exception is entered once, unless what is around it ends as well. */
function endFrame(draft: Draft, frame: Frame, why: string | null): void {
  const { exception } = playbookOf(draft, frame.playbook);
  if (why !== null) frame.failure ??= why;
  if (why !== null && exception !== null && !frame.isHandling && !isEnding(draft, frame)) {
    frame.isHandling = true;
    draft.agenda.push({ kind: 'enter', step: exception, place: { frame: frame.id, parent: frame.parent } });
    return;
  }
  if (frame.parent === null) {
    finish(draft, frame.failure);
    return;
  }
  if (frame.failure === null) handBack(draft, frame);
  closeBranch(draft, frame.parent, frame.failure);
}

const isEnding = (draft: Draft, { parent }: Frame): boolean =>
  parent === null ? draft.state.cancel !== null : visitOf(draft, parent).ending !== null;

/** What the playbook that was called found out. */
function handBack(draft: Draft, { parent, variables }: Frame): void {
  if (parent === null) return;
  const caller = visitOf(draft, parent);
  const step = stepOf(draft, caller);
  if (step.type !== 'playbook-action') return;
  const target = frameOf(draft, caller.frame);
  const own = new Set(
    playbookOf(draft, target.playbook)
      .variables.filter((one) => !one.isConstant)
      .map(({ name }) => name),
  );
  for (const name of step.outArgs) {
    const value = variables.get(name);
    if (value !== undefined && value !== null && own.has(name)) target.variables.set(name, value);
  }
}

function finish(draft: Draft, failure: string | null): void {
  const { state } = draft;
  const { cancel } = state;
  state.outcome = (cancel?.why ?? failure)?.slice(0, 500) ?? null;
  if (cancel === null && failure === null) {
    state.phase = 'completed';
    return;
  }
  const ends = cancel === null ? 'failed' : 'cancelled';
  // What a failed run did is undone, newest first; a simulation did nothing.
  const undoes = !state.isSimulation && (cancel?.undo ?? true);
  state.ends = ends;
  state.phase = undoes ? 'undoing' : ends;
}

/** Brought to its end before its time, and what it opened with it. */
export function expire(draft: Draft, visit: Visit, why: string): void {
  change(draft, visit, { ending: why });
  if (visit.open > 0) {
    for (const child of draft.state.visits.values()) if (child.parent === visit.seq && isOpen(child)) stop(draft, child, why);
    return;
  }
  // An action that is under way or waits is withdrawn first: that answers.
  if (isOutside(draft, visit)) return;
  settle(draft, visit, { isGood: false, detail: why });
}

/** Because something around it ends: whatever it leads to is not entered. */
export function stop(draft: Draft, visit: Visit, why: string): void {
  change(draft, visit, { isStopped: true });
  if (visit.ending === null) expire(draft, visit, why);
}

const isOutside = (draft: Draft, visit: Visit): boolean =>
  stepOf(draft, visit).type === 'action' && visit.state !== 'delayed' && visit.question === null;
