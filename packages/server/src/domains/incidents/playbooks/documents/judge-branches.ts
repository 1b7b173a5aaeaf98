import { reachable, type Edge, type Edges } from './edges.ts';
import type { Faults } from './fault.ts';
import type { Playbook } from './playbook.ts';

export const BRANCHES_DEEP_MAX = 32;

/**
 * Every branch of an if, a while, a switch and a parallel step is its own: it comes to an end step of its own, and then the step that
 * opened it goes on (CACAO 2.0 §4.8 to §4.11). So there are no circles, and no step belongs to two.
 */
export function judgeBranches(playbook: Playbook, edges: Edges, faults: Faults): void {
  for (const { pointer, to } of circlesIn(edges))
    faults.error(pointer, `a circle: it leads back to ${to}. Only a while step repeats, each time until its branch ends`);
  const { start, exception, steps } = playbook;
  const owners = new Map<string, Edge | null>();
  const roots = [start, ...(exception === null ? [] : [exception])].filter((id) => steps.has(id));
  for (const id of reachable(roots, edges, 'next')) owners.set(id, null);
  // Breadth first, so that a step belongs to the outermost that reaches it: a branch that runs out of itself is seen at its opening.
  let opened = branchesOf([...owners.keys()], edges);
  for (let depth = 1; opened.length > 0; depth += 1) {
    if (depth > BRANCHES_DEEP_MAX) {
      for (const { pointer } of opened)
        faults.error(pointer, `branches stand more than ${BRANCHES_DEEP_MAX} deep in one another`);
      return;
    }
    opened = opened.flatMap((branch) => branchesOf(claim(branch, { edges, owners, faults }), edges));
  }
}

const branchesOf = (ids: readonly string[], edges: Edges): readonly Edge[] =>
  ids.flatMap((id) => (edges.get(id) ?? []).filter(({ kind }) => kind === 'branch'));

interface Claiming {
  readonly edges: Edges;
  readonly owners: Map<string, Edge | null>;
  readonly faults: Faults;
}

/** Gives the steps of a branch to it, and answers with those that were nobody's. */
function claim(branch: Edge, { edges, owners, faults }: Claiming): readonly string[] {
  const free: string[] = [];
  const around = ancestors(branch, owners);
  let isTold = false;
  for (const id of reachable([branch.to], edges, 'next')) {
    const owner = owners.get(id);
    if (owner === undefined) {
      owners.set(id, branch);
      free.push(id);
      continue;
    }
    if (isTold) continue;
    isTold = true;
    const detail = around.has(owner)
      ? `this branch runs on into ${id}, which stands outside of it: it ends in an end step of its own`
      : `this branch and that of ${owner?.pointer ?? 'the workflow'} share ${id}: each ends in an end step of its own`;
    faults.error(branch.pointer, detail);
  }
  return free;
}

/** The branches that a branch stands in; null = the workflow itself. */
function ancestors(branch: Edge, owners: ReadonlyMap<string, Edge | null>): ReadonlySet<Edge | null> {
  const found = new Set<Edge | null>();
  for (let owner = owners.get(branch.from) ?? null; !found.has(owner);) {
    found.add(owner);
    if (owner !== null) owner = owners.get(owner.from) ?? null;
  }
  return found;
}

/** Arrows that lead back to where they came from. Walked without recursion: a workflow may be one long chain. */
function circlesIn(edges: Edges): readonly Edge[] {
  const state = new Map<string, 'open' | 'done'>();
  const circles: Edge[] = [];
  for (const root of edges.keys()) {
    if (state.has(root)) continue;
    const path = [{ id: root, next: 0 }];
    state.set(root, 'open');
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const edge = edges.get(at.id)?.[at.next];
      at.next += 1;
      if (edge === undefined) {
        state.set(at.id, 'done');
        path.pop();
        continue;
      }
      const seen = state.get(edge.to);
      if (seen === 'open') circles.push(edge);
      if (seen !== undefined) continue;
      state.set(edge.to, 'open');
      path.push({ id: edge.to, next: 0 });
    }
  }
  return circles;
}
