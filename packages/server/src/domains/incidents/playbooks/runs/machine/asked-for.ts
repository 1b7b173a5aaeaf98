import type { Variable } from '../../documents/playbook.ts';
import { whyNotOfType } from '../../documents/values.ts';
import type { FieldFault } from '../../../../../platform/refusal.ts';
import { frameOf, stepOf } from './draft.ts';
import type { RunState, Visit, World } from './state.ts';

interface Place {
  readonly world: World;
  readonly state: RunState;
}

/** What whoever answers a step may say besides that it is done: its `out_args`, as far as they may change (CACAO 2.0 §4.5). */
export function askedFor({ world, state }: Place, visit: Visit): readonly Variable[] {
  const playbook = world.playbooks.get(frameOf({ state }, visit.frame).playbook);
  if (playbook === undefined) return [];
  const step = stepOf({ world, state }, visit);
  const names = step.type === 'action' ? step.outArgs : [];
  return playbook.variables.filter(({ name, isConstant }) => !isConstant && names.includes(name));
}

/** Why values do not go with an answer, each with its place. */
export function answerFaults(asked: readonly Variable[], values: ReadonlyMap<string, string>): FieldFault[] {
  const known = new Map(asked.map((variable) => [variable.name, variable]));
  return [...values].flatMap(([name, value]) => {
    const variable = known.get(name);
    const detail = variable === undefined ? 'this step gives out no such variable' : whyNotOfType(variable.type, value);
    const pointer = `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return detail === null ? [] : [{ pointer, detail }];
  });
}
