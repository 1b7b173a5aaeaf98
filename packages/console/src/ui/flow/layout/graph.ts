/** One step as it is drawn: what it is, and where it leads. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly next: readonly { readonly to: string; readonly label: string }[];
}

/** `again`: from the end of the body of a loop back to its condition. It stands in no document, but it is what happens. */
export type LinkKind = 'next' | 'again';

export interface Link {
  readonly from: Spot;
  readonly to: Spot;
  readonly kind: LinkKind;
  readonly labels: string[];
  /** Leads up: found when layers are made. */
  isBack: boolean;
  /** The one that says in which column `to` stands. */
  isTree: boolean;
}

export interface Spot {
  readonly id: string;
  readonly type: string;
  readonly out: Link[];
  readonly into: Link[];
  /** What has to stand further down, although no arrow leads there. */
  readonly above: Spot[];
  layer: number;
  /** Of the middle of the box. */
  x: number;
}

/** Steps that open branches, and go on at their completion when those have ended (CACAO 2.0 §4.3). */
const OPENERS: ReadonlySet<string> = new Set(['parallel', 'if-condition', 'while-condition', 'switch-condition']);
const CONTINUATIONS: ReadonlySet<string> = new Set(['completion', 'success']);
const ONWARD: ReadonlySet<string> = new Set(['completion', 'success', 'failure']);

export const isOpener = ({ type }: Spot): boolean => OPENERS.has(type);
export const isContinuation = ({ labels }: Link): boolean => labels.some((label) => CONTINUATIONS.has(label));
/** Not taken before the branches have ended. */
const isOnward = ({ labels }: Link): boolean => labels.some((label) => ONWARD.has(label));

/** What leads to a step that is not there is left out: half a document is drawn while it is typed. */
export function readGraph(nodes: readonly FlowNode[]): readonly Spot[] {
  const spots = new Map<string, Spot>();
  for (const { id, type } of nodes) if (!spots.has(id)) spots.set(id, { id, type, out: [], into: [], above: [], layer: 0, x: 0 });
  for (const node of nodes) {
    const from = spots.get(node.id);
    for (const { to, label } of node.next) {
      const target = spots.get(to);
      if (from !== undefined && target !== undefined) join(from, target, label);
    }
  }
  const all = [...spots.values()];
  for (const spot of all) if (isOpener(spot)) closeBranches(spot);
  return all;
}

function join(from: Spot, to: Spot, label: string): void {
  const known = from.out.find((link) => link.to === to && link.kind === 'next');
  if (known === undefined) connect({ from, to, kind: 'next', labels: [label], isBack: false, isTree: false });
  else if (!known.labels.includes(label)) known.labels.push(label);
}

function connect(link: Link): void {
  link.from.out.push(link);
  link.to.into.push(link);
}

/** What follows stands below the ends of all branches; those of a loop lead back to it. */
function closeBranches(opener: Spot): void {
  const heads = opener.out.filter((link) => link.kind === 'next' && !isOnward(link));
  const ends = endsOf(
    heads.map(({ to }) => to),
    opener,
  );
  for (const { to } of opener.out.filter(isOnward)) for (const end of ends) if (end !== to) end.above.push(to);
  if (opener.type !== 'while-condition') return;
  for (const from of ends) connect({ from, to: opener, kind: 'again', labels: ['again'], isBack: true, isTree: false });
}

/** Where branches that begin at `heads` come to their ends; branches inside them are closed by what opened them. */
function endsOf(heads: readonly Spot[], opener: Spot): readonly Spot[] {
  const seen = new Set<Spot>([opener]);
  const ends: Spot[] = [];
  const todo = heads.toReversed();
  for (let spot = todo.pop(); spot !== undefined; spot = todo.pop()) {
    if (seen.has(spot)) continue;
    seen.add(spot);
    const on = spot.out.filter(({ kind }) => kind === 'next');
    if (on.length === 0) ends.push(spot);
    const past = isOpener(spot) ? on.filter(isOnward) : [];
    todo.push(...(past.length > 0 ? past : on).map(({ to }) => to).toReversed());
  }
  return ends;
}
