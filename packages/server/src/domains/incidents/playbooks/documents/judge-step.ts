import { switchVariable, type ReadCondition } from './conditions.ts';
import { edgesOf, reachable, type Edges } from './edges.ts';
import { pointerOf, type Faults } from './fault.ts';
import { judgeCommand } from './judge-command.ts';
import type { Playbook, Step } from './playbook.ts';
import type { ReadOptions } from './read-options.ts';
import { ownOf } from './validate.ts';

export const BRANCHES_MAX = 60;
export const COMMANDS_MAX = 50;
/** Rounds of a while step that a run takes; then it fails. */
export const ROUNDS_MAX = 100;
/** Longer waits are those of a person or of a calendar, not of a step. */
export const WAIT_MS_MAX = 31 * 86_400_000;

interface Judging<Kind extends Step = Step> {
  readonly step: Kind;
  /** Of the whole playbook. */
  readonly edges: Edges;
  readonly read: (text: string) => ReadCondition;
  readonly faults: Faults;
  readonly options: ReadOptions;
}
type Conditional = Of<'if-condition' | 'while-condition'>;
type Of<Type extends Step['type']> = Extract<Step, { readonly type: Type }>;

/** One step by itself, and what it refers to. */
export function judgeStep(playbook: Playbook, judging: Judging): void {
  const { step, ...rest } = judging;
  const { faults, read } = rest;
  judgeTimes(step, faults);
  switch (step.type) {
    case 'action':
      return judgeAction(playbook, { step, ...rest });
    case 'playbook-action':
      return judgeCall(playbook, { step, ...rest });
    case 'while-condition':
      judgeCondition(step, read, faults);
      return judgeBound(playbook, { step, ...rest });
    case 'if-condition':
      return judgeCondition(step, read, faults);
    case 'switch-condition':
      return judgeSwitch(step, faults);
    case 'parallel':
      if (new Set(step.next).size < step.next.length)
        faults.error(pointerOf('workflow', step.id, 'next_steps'), 'the same step twice');
      return;
    case 'start':
    case 'end':
  }
}

function judgeTimes(step: Step, faults: Faults): void {
  const at = (...parts: readonly string[]): string => pointerOf('workflow', step.id, ...parts);
  if (step.delayMs > WAIT_MS_MAX) faults.error(at('delay'), 'longer than 31 days');
  if (step.timeoutMs !== null && (step.timeoutMs < 0 || step.timeoutMs > WAIT_MS_MAX))
    faults.error(at('timeout'), 'a time from 0 to 31 days, in milliseconds');
  if (edgesOf(step).length > BRANCHES_MAX) faults.error(at(), `more than ${BRANCHES_MAX} ways on`);
}

function judgeSwitch({ id, cases, expression }: Of<'switch-condition'>, faults: Faults): void {
  if (cases.size === 0) faults.error(pointerOf('workflow', id, 'cases'), 'a case is missing');
  if (switchVariable(expression) === null)
    faults.error(pointerOf('workflow', id, 'switch'), 'it asks for a variable: $$__name__:value$$');
}

function judgeCondition({ id, condition }: Conditional, read: Judging['read'], faults: Faults): void {
  const found = read(condition);
  if (found.kind === 'fault') faults.error(pointerOf('workflow', id, 'condition'), `not a condition: ${found.detail}`);
}

function judgeAction(playbook: Playbook, { step, faults }: Judging<Of<'action'>>): void {
  const at = (...parts: readonly (string | number)[]): string => pointerOf('workflow', step.id, ...parts);
  const agent = playbook.agents.get(step.agent);
  if (agent === undefined) faults.error(at('agent'), `there is no agent ${step.agent}`);
  const targets = ownOf(playbook.document, 'target_definitions');
  for (const [index, target] of step.targets.entries())
    if (ownOf(targets, target) === undefined) faults.error(at('targets', index), `there is no target ${target}`);
  if (step.commands.length > COMMANDS_MAX) faults.error(at('commands'), `more than ${COMMANDS_MAX} commands`);
  const commands = ownOf(ownOf(ownOf(playbook.document, 'workflow'), step.id), 'commands');
  for (const [index, command] of step.commands.entries()) {
    const raw = Array.isArray(commands) ? commands[index] : undefined;
    judgeCommand(command, { raw, at: at('commands', index), agent: agent ?? null, agentAt: at('agent'), faults });
  }
}

function judgeCall(playbook: Playbook, { step, faults, options }: Judging<Of<'playbook-action'>>): void {
  const at = pointerOf('workflow', step.id, 'playbook_id');
  if (!step.playbook.startsWith('playbook--')) return faults.error(at, 'it is no identifier of a playbook');
  // Playbooks that call each other in a circle are told when they run: each may be brought in before the other.
  if (step.playbook === playbook.id) return faults.error(at, 'a playbook does not call itself');
  if (options.isThere?.(step.playbook) === false) faults.warning(at, `there is no playbook ${step.playbook} here`);
}

/** A loop ends when its condition does: something in it has to set what the condition asks for. */
function judgeBound(playbook: Playbook, { step, edges, read, faults }: Judging<Of<'while-condition'>>): void {
  const found = read(step.condition);
  if (found.kind === 'fault') return;
  const inside = [...reachable([step.onTrue], edges)].flatMap((id) => {
    const one = playbook.steps.get(id);
    return one !== undefined && 'outArgs' in one ? one.outArgs : [];
  });
  if (found.condition.names.some((name) => inside.includes(name))) return;
  const detail = `nothing in the loop sets a variable of its condition: it ends after ${ROUNDS_MAX} rounds`;
  faults.warning(pointerOf('workflow', step.id, 'condition'), detail);
}
