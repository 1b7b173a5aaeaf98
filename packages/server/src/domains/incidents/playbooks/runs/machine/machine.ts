import type { Playbook } from '../../documents/playbook.ts';
import { assign, change, frameOf, playbookOf, stepOf, visitOf, type Draft, type Next } from './draft.ts';
import { begin, endBranch, enter, expire, settle, stop } from './flow.ts';
import { startStep } from './steps.ts';
import { isOpen, type Effect, type RunEvent, type RunState, type Visit, type World } from './state.ts';

interface Given {
  readonly variables: ReadonlyMap<string, string>;
  readonly isSimulation: boolean;
}

/** A run that has not begun. Only variables that are `external` are given from outside (CACAO 2.0 §10.18). */
export function newRun(playbook: Playbook, given: Given): RunState {
  const variables = new Map<string, string | null>();
  for (const { name, value, isExternal } of playbook.variables)
    variables.set(name, (isExternal ? given.variables.get(name) : undefined) ?? value);
  const frame = { id: 0, playbook: playbook.id, parent: null, variables, isHandling: false, failure: null };
  return {
    isSimulation: given.isSimulation,
    frames: new Map([[0, frame]]),
    visits: new Map(),
    phase: 'running',
    ends: null,
    cancel: null,
    outcome: null,
  };
}

export interface Advanced {
  readonly state: RunState;
  /** Visits that are other than before, in the order they were entered. */
  readonly changed: readonly Visit[];
}

/**
 * What a run becomes when something happens. Pure: the state that was given stays as it is. What no longer fits (an answer to a
 * step that is over) changes nothing, so that everything may be told twice.
 */
export function advance(
  world: World,
  before: RunState,
  { event, now }: { readonly event: RunEvent; readonly now: number },
): Advanced {
  const draft: Draft = { world, now, state: structuredClone(before), touched: new Set(), agenda: [] };
  apply(draft, event);
  for (let next = draft.agenda.shift(); next !== undefined; next = draft.agenda.shift()) goOn(draft, next);
  const changed = [...draft.touched].toSorted((a, b) => a - b).map((seq) => visitOf(draft, seq));
  return { state: draft.state, changed };
}

function goOn(draft: Draft, next: Next): void {
  if (next.kind === 'start') startStep(draft, next.visit);
  else if (next.kind === 'enter') enter(draft, next.step, next.place);
  else endBranch(draft, next.place, next.why);
}

function apply(draft: Draft, event: RunEvent): void {
  if (event.kind === 'undone') return finishUndo(draft, event);
  if (draft.state.phase !== 'running') return undefined;
  switch (event.kind) {
    case 'begin':
      return beginRun(draft);
    case 'answered':
      return answered(draft, event);
    case 'said':
      return said(draft, event);
    case 'withdrawn':
      return withdrawn(draft, event);
    case 'time':
      return passTime(draft);
    case 'cancel':
      return cancel(draft, event);
  }
}

function beginRun(draft: Draft): void {
  if (draft.state.visits.size > 0) return;
  const { start } = playbookOf(draft, frameOf(draft, 0).playbook);
  draft.agenda.push({ kind: 'enter', step: start, place: { frame: 0, parent: null } });
}

function answered(draft: Draft, { seq, command, answer }: Extract<RunEvent, { kind: 'answered' }>): void {
  const visit = draft.state.visits.get(seq);
  if (visit === undefined || !isOpen(visit) || visit.state === 'delayed' || visit.command !== command) return;
  const action = answer.action ?? visit.action;
  // It is being withdrawn already: what came of it is told by that.
  if (visit.ending !== null) return change(draft, visit, { action });
  change(draft, visit, { action, detail: answer.detail });
  if (answer.kind === 'waits') return change(draft, visit, { state: 'waiting' });
  if (answer.kind === 'failed') return settle(draft, visit, { isGood: false, detail: answer.detail });
  return nextCommand(draft, visit, answer.values ?? new Map());
}

function said(draft: Draft, { seq, isDone, detail, values }: Extract<RunEvent, { kind: 'said' }>): void {
  const visit = draft.state.visits.get(seq);
  if (visit === undefined || visit.state !== 'waiting' || visit.question === null) return;
  change(draft, visit, { question: null, detail });
  if (isDone) nextCommand(draft, visit, values);
  else settle(draft, visit, { isGood: false, detail });
}

function nextCommand(draft: Draft, visit: Visit, values: ReadonlyMap<string, string>): void {
  const step = stepOf(draft, visit);
  if (step.type !== 'action') throw new Error('assertion: only an action has commands');
  const taken = [...values].filter(([name]) => step.outArgs.includes(name));
  const fault = assign(draft, frameOf(draft, visit.frame), taken);
  if (fault !== null) return settle(draft, visit, { isGood: false, detail: fault });
  change(draft, visit, { command: visit.command + 1, state: 'running' });
  draft.agenda.push({ kind: 'start', visit });
  return undefined;
}

function withdrawn(draft: Draft, { seq, detail }: Extract<RunEvent, { kind: 'withdrawn' }>): void {
  const visit = draft.state.visits.get(seq);
  if (visit === undefined || !isOpen(visit) || visit.ending === null) return;
  settle(draft, visit, { isGood: false, detail: detail === null ? visit.ending : `${visit.ending}; ${detail}` });
}

function passTime(draft: Draft): void {
  for (const visit of draft.state.visits.values()) {
    if (!isOpen(visit) || visit.ending !== null) continue;
    if (visit.state === 'delayed') {
      if (visit.wakeAt !== null && visit.wakeAt <= draft.now) begin(draft, visit);
    } else if (visit.dueAt !== null && visit.dueAt <= draft.now)
      expire(draft, visit, visit.question === null ? 'it took longer than it may' : 'nobody answered in time');
  }
}

function cancel(draft: Draft, { why, undo }: Extract<RunEvent, { kind: 'cancel' }>): void {
  if (draft.state.cancel !== null) return;
  draft.state.cancel = { why, undo };
  for (const visit of draft.state.visits.values()) if (visit.parent === null && isOpen(visit)) stop(draft, visit, why);
}

function finishUndo(draft: Draft, { actions, detail }: Extract<RunEvent, { kind: 'undone' }>): void {
  const { state } = draft;
  if (state.phase !== 'undoing' || state.ends === null) return;
  for (const visit of state.visits.values())
    if (visit.action !== null && actions.includes(visit.action)) change(draft, visit, { state: 'undone' });
  state.phase = state.ends;
  if (detail !== '') state.outcome = `${state.outcome ?? 'it failed'}; ${detail}`.slice(0, 500);
}

/** What has to happen outside, as the state says: after a crash the same as before it. */
export function effectsOf(world: World, state: RunState): Effect[] {
  if (state.phase === 'undoing') return [{ kind: 'undo' }];
  if (state.phase !== 'running') return [];
  const effects: Effect[] = [];
  for (const visit of state.visits.values()) {
    const { seq, command, action } = visit;
    if (!isOpen(visit) || visit.state === 'delayed' || visit.question !== null) continue;
    if (stepOf({ world, state }, visit).type !== 'action') continue;
    if (visit.ending !== null) effects.push({ kind: 'withdraw', seq, command });
    else if (visit.state === 'running') effects.push({ kind: 'command', seq, command });
    else if (action !== null) effects.push({ kind: 'look', seq, command, action });
  }
  return effects;
}

/** When time alone changes something next; null = never. */
export function nextTime(state: RunState): number | null {
  if (state.phase !== 'running') return null;
  const times: number[] = [];
  for (const visit of state.visits.values()) {
    if (!isOpen(visit) || visit.ending !== null) continue;
    const at = visit.state === 'delayed' ? visit.wakeAt : visit.dueAt;
    if (at !== null) times.push(at);
  }
  return times.length === 0 ? null : Math.min(...times);
}
