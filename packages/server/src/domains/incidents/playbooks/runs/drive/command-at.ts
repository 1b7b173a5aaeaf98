import type { CommandAt } from '../agent/agent.ts';
import { frameOf, playbookOf, stepOf, valuesOf } from '../machine/draft.ts';
import type { RunState, World } from '../machine/state.ts';
import type { Held } from './saving.ts';

interface Asked {
  readonly held: Held;
  readonly world: World;
  readonly state: RunState;
  readonly seq: number;
  readonly command: number;
}

/** Its key is of the run, the step, the round and the place of the command: after a crash the same. */
export function commandAt({ held, world, state, seq, command: index }: Asked): CommandAt {
  const visit = state.visits.get(seq);
  if (visit === undefined) throw new Error('assertion: a command belongs to a step that was entered');
  const step = stepOf({ world, state }, visit);
  const command = step.type === 'action' ? step.commands[index] : undefined;
  if (step.type !== 'action' || command === undefined) throw new Error('assertion: a command is there that is under way');
  const { agents } = playbookOf({ world }, frameOf({ state }, visit.frame).playbook);
  return {
    run: held.id,
    incident: held.incident,
    actor: held.actor,
    reason: held.reason,
    step: step.id,
    stepName: step.name,
    key: `${held.id}:${step.id}:${visit.round}:${index}`,
    command,
    agent: agents.get(step.agent) ?? null,
    outArgs: step.outArgs,
    values: valuesOf({ world, state }, visit),
  };
}
