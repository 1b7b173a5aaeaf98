import { createReader } from './conditions.ts';
import { edgesOf, liveEdges, reachable, type Edges } from './edges.ts';
import { pointerOf, type Faults } from './fault.ts';
import { judgeAround } from './judge-around.ts';
import { judgeBranches } from './judge-branches.ts';
import { judgeStep } from './judge-step.ts';
import { judgeVariables } from './judge-variables.ts';
import type { Playbook, Step } from './playbook.ts';
import type { ReadOptions } from './read-options.ts';

/** Whether the parts of a playbook make sense together: what its schema cannot say (CACAO 2.0 §3 and §4). */
export function judge(playbook: Playbook, faults: Faults, options: ReadOptions): void {
  judgeEntry(playbook, faults);
  judgeReferences(playbook, faults);
  const edges = liveEdges(playbook);
  judgeBranches(playbook, edges, faults);
  const read = createReader();
  for (const step of playbook.steps.values()) judgeStep(playbook, { step, edges, read, faults, options });
  judgeVariables(playbook, read, faults);
  judgeAround(playbook, faults);
  judgeReach(playbook, edges, faults);
}

function judgeEntry({ start, exception, steps }: Playbook, faults: Faults): void {
  const first = steps.get(start);
  if (first === undefined) faults.error('/workflow_start', `there is no step ${start}`);
  else if (first.type !== 'start') faults.error('/workflow_start', 'it leads to a step that is no start step');
  if (exception !== null && !steps.has(exception)) faults.error('/workflow_exception', `there is no step ${exception}`);
  const of = (...types: readonly Step['type'][]): readonly Step[] =>
    [...steps.values()].filter(({ type }) => types.includes(type));
  const starts = of('start');
  if (starts.length === 0) faults.error('/workflow', 'a start step is missing');
  for (const { id } of starts)
    if (id !== start && first?.type === 'start') faults.error(pointerOf('workflow', id), 'a playbook has one start step');
  if (of('end').length === 0) faults.error('/workflow', 'an end step is missing');
  if (of('action', 'playbook-action').length === 0) faults.error('/workflow', 'a step that does something is missing');
}

function judgeReferences({ steps }: Playbook, faults: Faults): void {
  for (const step of steps.values()) {
    for (const { to, pointer } of edgesOf(step)) {
      const target = steps.get(to);
      if (target === undefined) faults.error(pointer, `there is no step ${to}`);
      else if (target.type === 'start') faults.error(pointer, 'nothing leads back to the start step');
    }
    const { id, onCompletion, onSuccess, onFailure } = step;
    if (onCompletion !== null && onSuccess !== null)
      faults.error(pointerOf('workflow', id, 'on_success'), 'beside on_completion there is no on_success');
    if (onCompletion !== null && onFailure !== null)
      faults.error(pointerOf('workflow', id, 'on_failure'), 'beside on_completion there is no on_failure');
    if (step.type !== 'end' && onCompletion === null && onSuccess === null)
      faults.error(pointerOf('workflow', id), 'it leads nowhere: on_completion or on_success is missing');
  }
}

function judgeReach(playbook: Playbook, edges: Edges, faults: Faults): void {
  const { start, exception, steps } = playbook;
  const roots = [start, ...(exception === null ? [] : [exception])].filter((id) => steps.has(id));
  const seen = reachable(roots, edges);
  for (const id of steps.keys()) if (!seen.has(id)) faults.warning(pointerOf('workflow', id), 'nothing leads to this step');
}
