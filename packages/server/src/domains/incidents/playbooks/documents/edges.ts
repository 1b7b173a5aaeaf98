import { pointerOf } from './fault.ts';
import type { Playbook, Step } from './playbook.ts';

/** One arrow of a workflow. `branch`: it opens a branch, which comes back to the step that opened it at its own end step. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'next' | 'branch';
  /** As it is drawn. */
  readonly label: string;
  readonly pointer: string;
}

/** Where a step leads, as the document has it. */
export function edgesOf(step: Step): readonly Edge[] {
  const found: Edge[] = [];
  const add = (to: string | null, kind: Edge['kind'], place: { label: string; parts: readonly (string | number)[] }): void => {
    if (to !== null)
      found.push({ from: step.id, to, kind, label: place.label, pointer: pointerOf('workflow', step.id, ...place.parts) });
  };
  const branch = (to: string | null, label: string, ...parts: readonly (string | number)[]): void =>
    add(to, 'branch', { label, parts });
  if (step.type === 'parallel') for (const [index, to] of step.next.entries()) branch(to, 'branch', 'next_steps', index);
  if (step.type === 'if-condition') {
    branch(step.onTrue, 'true', 'on_true');
    branch(step.onFalse, 'false', 'on_false');
  }
  if (step.type === 'while-condition') branch(step.onTrue, 'true', 'on_true');
  if (step.type === 'switch-condition')
    for (const [name, to] of step.cases) branch(to, `case ${name}`.slice(0, 64), 'cases', name);
  add(step.onCompletion, 'next', { label: 'completion', parts: ['on_completion'] });
  add(step.onSuccess, 'next', { label: 'success', parts: ['on_success'] });
  add(step.onFailure, 'next', { label: 'failure', parts: ['on_failure'] });
  return found;
}

export type Edges = ReadonlyMap<string, readonly Edge[]>;

/** Those that lead to a step that is there. */
export function liveEdges(playbook: Playbook): Edges {
  return new Map([...playbook.steps.values()].map((step) => [step.id, edgesOf(step).filter(({ to }) => playbook.steps.has(to))]));
}

/** Everything that can be come to from here, itself included. */
export function reachable(from: readonly string[], edges: Edges, kind?: Edge['kind']): Set<string> {
  const seen = new Set(from);
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const edge of edges.get(id) ?? []) {
      if ((kind !== undefined && edge.kind !== kind) || seen.has(edge.to)) continue;
      seen.add(edge.to);
      waiting.push(edge.to);
    }
  }
  return seen;
}
