import { decodePercent } from '../decode/percent.ts';

/** Deeper than any route; the path of a request is cut before by its own limit. */
const SEGMENTS_MAX = 256;
const ANY = '{}';

/**
 * The segments of a path as the most lenient router would read them: many take `/Login/` for `/login`, and servlet containers
 * drop `;v=1` from a segment. A rule that such a spelling walks around closes nothing.
 */
export function routeSegments(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split('/', SEGMENTS_MAX + 1)) {
    const semicolon = segment.indexOf(';');
    const bare = semicolon < 0 ? segment : segment.slice(0, semicolon);
    if (bare !== '') segments.push(decodePercent(bare));
  }
  return segments;
}

const comparable = (segment: string): string => (segment === ANY ? ANY : segment.toLowerCase());

interface Node<Value> {
  readonly children: Map<string, Node<Value>>;
  readonly values: Value[];
  /** What holds here and everywhere below. */
  readonly below: Value[];
  /** Its name has an ending, as those of programs have. */
  readonly isProgram: boolean;
}
const newNode = <Value>(key = ''): Node<Value> => ({
  children: new Map(),
  values: [],
  below: [],
  isProgram: key.includes('.'),
});

/**
 * Routes to what stands there, `{}` for any one segment: cost grows with the depth of a path, not with the number of routes.
 *
 * @example createRouteTable<string>().find(routeSegments('/Login/')) // []
 */
export interface RouteTable<Value> {
  add(route: string, value: Value): void;
  /** The same for this path and every path below it. */
  addBelow(route: string, value: Value): void;
  /** Everything whose route is this path. */
  find(segments: readonly string[]): readonly Value[];
}

export function createRouteTable<Value>(): RouteTable<Value> {
  const root = newNode<Value>();
  const nodeOf = (route: string): Node<Value> => {
    let node = root;
    for (const segment of routeSegments(route)) {
      const key = comparable(segment);
      const child = node.children.get(key) ?? newNode(key);
      node.children.set(key, child);
      node = child;
    }
    return node;
  };
  return {
    add: (route, value) => void nodeOf(route).values.push(value),
    addBelow: (route, value) => void nodeOf(route).below.push(value),
    find(segments) {
      let nodes: Node<Value>[] = [root];
      // What a part of the way says already: of whole trees, and of programs.
      let found: readonly Value[] | null = root.below.length > 0 ? root.below : null;
      const last = segments.length - 1;
      for (const [index, segment] of segments.entries()) {
        const next: Node<Value>[] = [];
        for (const node of nodes) follow(node, { key: segment.toLowerCase(), isLast: index === last }, next);
        if (next.length === 0) return found ?? [];
        for (const node of next) found = passing(node, found, index === last);
        nodes = next;
      }
      return nodes.length === 1 && found === null
        ? nodes[0]!.values
        : [...(found ?? []), ...nodes.flatMap(({ values }) => values)];
    },
  };
}

/** `.json` behind a route asks many frameworks for the same in another form. */
const FORMAT = /\.[a-z]{1,5}$/u;

/** What is found on the way through a node. Behind the name of a program all is handed to it (RFC 3875 §4.1.5): `/item.php/x` is `/item.php`. */
function passing<Value>(node: Node<Value>, found: readonly Value[] | null, isLast: boolean): readonly Value[] | null {
  const isHanded = node.isProgram && !isLast && node.values.length > 0;
  if (node.below.length === 0 && !isHanded) return found;
  return [...(found ?? []), ...node.below, ...(isHanded ? node.values : [])];
}

interface Step {
  readonly key: string;
  readonly isLast: boolean;
}

/** Adds where a segment leads from here. */
function follow<Value>({ children }: Node<Value>, { key, isLast }: Step, next: Node<Value>[]): void {
  if (key !== ANY) push(children.get(key), next);
  if (isLast && key.includes('.')) {
    const bare = key.replace(FORMAT, '');
    if (bare !== key && bare !== ANY) push(children.get(bare), next);
  }
  push(children.get(ANY), next);
}

function push<Value>(node: Node<Value> | undefined, next: Node<Value>[]): void {
  if (node !== undefined) next.push(node);
}
