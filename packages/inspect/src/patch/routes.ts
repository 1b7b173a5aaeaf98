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
}
const newNode = <Value>(): Node<Value> => ({ children: new Map(), values: [] });

/** Routes to what stands there: cost grows with the depth of a path, not with the number of routes. */
export interface RouteTable<Value> {
  add(route: string, value: Value): void;
  /** Everything whose route is this path. */
  find(segments: readonly string[]): readonly Value[];
}

export function createRouteTable<Value>(): RouteTable<Value> {
  const root = newNode<Value>();
  return {
    add(route, value) {
      let node = root;
      for (const segment of routeSegments(route)) {
        const key = comparable(segment);
        const child = node.children.get(key) ?? newNode();
        node.children.set(key, child);
        node = child;
      }
      node.values.push(value);
    },
    find(segments) {
      let nodes: Node<Value>[] = [root];
      for (const segment of segments) {
        const key = comparable(segment);
        const next: Node<Value>[] = [];
        for (const { children } of nodes) {
          const exact = key === ANY ? undefined : children.get(key);
          const any = children.get(ANY);
          if (exact !== undefined) next.push(exact);
          if (any !== undefined) next.push(any);
        }
        if (next.length === 0) return [];
        nodes = next;
      }
      return nodes.length === 1 ? nodes[0]!.values : nodes.flatMap(({ values }) => values);
    },
  };
}
