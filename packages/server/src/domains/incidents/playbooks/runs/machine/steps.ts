import type { Command, Playbook, Step } from '../../documents/playbook.ts';
import { chosenCase, judgeCondition, switchVariable } from '../../documents/conditions.ts';
import { substitute } from '../../documents/substitution.ts';
import type { Values } from '../../documents/values.ts';
import { change, frameOf, playbookOf, stepOf, valuesOf, type Draft } from './draft.ts';
import { nameOf, settle } from './flow.ts';
import { DEPTH_MAX, isOpen, ROUNDS_MAX, type Frame, type Visit } from './state.ts';

/** So long somebody is asked, unless the step says less. */
const ANSWER_MS = 30 * 60_000;

type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;

/** A step does what its type says. */
export function startStep(draft: Draft, visit: Visit): void {
  if (!isOpen(visit) || visit.ending !== null) return undefined;
  const step = stepOf(draft, visit);
  switch (step.type) {
    case 'start':
    case 'end':
      return settle(draft, visit, { isGood: true, detail: null });
    case 'action':
      return startCommand(draft, visit, step);
    case 'playbook-action':
      return call(draft, visit, step);
    case 'parallel':
      return open(draft, visit, step.next);
    case 'if-condition':
      return choose(draft, visit, step);
    case 'while-condition':
      return goRound(draft, visit, step);
    case 'switch-condition':
      return pick(draft, visit, step);
  }
}

/** A manual command waits for a person; every other is carried out outside, and answered. */
function startCommand(draft: Draft, visit: Visit, step: StepOf<'action'>): void {
  const command = step.commands[visit.command];
  if (command === undefined) settle(draft, visit, { isGood: true, detail: null });
  else if (command.type === 'manual') ask(draft, visit, command);
  else change(draft, visit, { state: 'running' });
}

function ask(draft: Draft, visit: Visit, { text }: Extract<Command, { type: 'manual' }>): void {
  const filled = substitute(text, valuesOf(draft, visit), 'text');
  if (filled.kind === 'fault') return settle(draft, visit, { isGood: false, detail: filled.detail });
  const question = filled.text.slice(0, 2000);
  if (draft.state.isSimulation) {
    change(draft, visit, { detail: `would ask: ${question}`, command: visit.command + 1 });
    draft.agenda.push({ kind: 'start', visit });
    return undefined;
  }
  const until = draft.now + ANSWER_MS;
  return change(draft, visit, { state: 'waiting', question, dueAt: visit.dueAt === null ? until : Math.min(visit.dueAt, until) });
}

function open(draft: Draft, visit: Visit, branches: readonly string[]): void {
  change(draft, visit, { open: branches.length, hasFailed: false });
  if (branches.length === 0) settle(draft, visit, { isGood: true, detail: null });
  for (const step of branches) draft.agenda.push({ kind: 'enter', step, place: { frame: visit.frame, parent: visit.seq } });
}

/** Null = it cannot be said, and the step has failed. */
function decide(draft: Draft, visit: Visit, condition: string): boolean | null {
  const verdict = judgeCondition(condition, valuesOf(draft, visit));
  if (verdict.kind === 'decided') return verdict.holds;
  settle(draft, visit, { isGood: false, detail: `${condition}: ${verdict.detail}` });
  return null;
}

function choose(draft: Draft, visit: Visit, { condition, onTrue, onFalse }: StepOf<'if-condition'>): void {
  const isTrue = decide(draft, visit, condition);
  if (isTrue === null) return undefined;
  const [taken, left] = isTrue ? [onTrue, onFalse] : [onFalse, onTrue];
  const other = draft.state.isSimulation ? `; if not: ${title(draft, visit, left)}` : '';
  change(draft, visit, { detail: `${condition} is ${String(isTrue)}${other}` });
  if (taken === null) return settle(draft, visit, { isGood: true, detail: null });
  return open(draft, visit, [taken]);
}

function goRound(draft: Draft, visit: Visit, { condition, onTrue }: StepOf<'while-condition'>): void {
  const isTrue = decide(draft, visit, condition);
  if (isTrue === null) return undefined;
  // What a simulation changes nothing about would hold for ever.
  if (isTrue && draft.state.isSimulation && visit.turns > 0) {
    return settle(draft, visit, { isGood: true, detail: `${condition} holds still: it would go round again` });
  }
  if (!isTrue) return settle(draft, visit, { isGood: true, detail: `${condition} is false after ${visit.turns} rounds` });
  if (visit.turns >= ROUNDS_MAX)
    return settle(draft, visit, { isGood: false, detail: `it went round more than ${ROUNDS_MAX} times` });
  change(draft, visit, { turns: visit.turns + 1 });
  return open(draft, visit, [onTrue]);
}

function pick(draft: Draft, visit: Visit, { expression, cases }: StepOf<'switch-condition'>): void {
  const values = valuesOf(draft, visit);
  const value = values.get(switchVariable(expression) ?? '')?.value ?? '(unknown)';
  const taken = chosenCase(expression, cases, values);
  const others = [...new Set(cases.values())].filter((step) => step !== taken);
  const other = draft.state.isSimulation ? `; other cases: ${others.map((step) => title(draft, visit, step)).join(', ')}` : '';
  change(draft, visit, { detail: `${expression} is ${value.slice(0, 200)}${other}` });
  if (taken === null) return settle(draft, visit, { isGood: true, detail: null });
  return open(draft, visit, [taken]);
}

function title(draft: Draft, { frame }: Visit, step: string | null): string {
  return step === null ? 'nothing' : nameOf(stepOf(draft, { frame, step }));
}

/** Another playbook runs inside of this one, with variables of its own. */
function call(draft: Draft, visit: Visit, step: StepOf<'playbook-action'>): void {
  const fault = whyNotCalled(draft, visit, step.playbook);
  if (fault !== null) return settle(draft, visit, { isGood: false, detail: fault });
  const playbook = playbookOf(draft, step.playbook);
  const { variables, missing } = handOver(playbook, step, valuesOf(draft, visit));
  if (missing.length > 0 && !draft.state.isSimulation)
    return settle(draft, visit, { isGood: false, detail: `${playbook.name} needs ${missing.join(', ')}` });
  const id = draft.state.frames.size;
  draft.state.frames.set(id, { id, playbook: playbook.id, parent: visit.seq, variables, isHandling: false, failure: null });
  change(draft, visit, { open: 1, hasFailed: false, detail: playbook.name });
  draft.agenda.push({ kind: 'enter', step: playbook.start, place: { frame: id, parent: visit.seq } });
  return undefined;
}

function whyNotCalled(draft: Draft, visit: Visit, playbook: string): string | null {
  if (!draft.world.playbooks.has(playbook)) return `there is no playbook ${playbook} that runs here, or it is off`;
  const chain = chainOf(draft, frameOf(draft, visit.frame));
  if (chain.includes(playbook)) return 'a playbook does not call itself';
  return chain.length >= DEPTH_MAX ? `playbooks call each other more than ${DEPTH_MAX} deep` : null;
}

/** What it wants from outside is what the caller has under that name, also where it is not handed over by name. */
function handOver(playbook: Playbook, { inArgs }: StepOf<'playbook-action'>, given: Values) {
  const variables = new Map<string, string | null>();
  const missing: string[] = [];
  for (const { name, value, isExternal, isConstant } of playbook.variables) {
    const isHanded = !isConstant && (isExternal || inArgs.includes(name));
    const used = (isHanded ? given.get(name)?.value : null) ?? value;
    if (used === null && isExternal) missing.push(name);
    variables.set(name, used);
  }
  return { variables, missing };
}

/** From this playbook up to that of the run. */
function chainOf(draft: Draft, frame: Frame): string[] {
  const chain: string[] = [];
  let at: Frame | null = frame;
  // Never longer than playbooks may nest.
  while (at !== null) {
    chain.push(at.playbook);
    const parent: number | null = at.parent;
    const visit: Visit | undefined = parent === null ? undefined : draft.state.visits.get(parent);
    at = visit === undefined ? null : frameOf(draft, visit.frame);
  }
  return chain;
}
