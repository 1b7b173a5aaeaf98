import { canonicalPath } from '@holdfast/inspect';

const SEGMENTS_MAX = 256;
/** One segment, whatever it is called: `{}`, `{order}`. */
const ANY = /^\{[A-Za-z0-9_-]{0,64}\}$/u;
const REST = '*';
const PARAMETERS = /;[^/]*/gu;

interface Node {
  readonly children: Map<string, Node>;
  any: Node | null;
  /** Routes that end here, and routes that take everything from here on. */
  readonly ends: string[];
  readonly rests: string[];
}

const newNode = (): Node => ({ children: new Map(), any: null, ends: [], rests: [] });

/** Which named routes cover a path. */
export interface RouteIndex {
  /** Most specific first. */
  covering(path: string): readonly string[];
}

/** What is wrong with a route that a policy names; null = nothing. */
export function routeFault(route: string): string | null {
  if (!route.startsWith('/')) return 'a route begins with /';
  const segments = route.split('/').slice(1);
  if (segments.length > SEGMENTS_MAX) return `a route has at most ${SEGMENTS_MAX} segments`;
  for (const [index, segment] of segments.entries()) {
    if (segment === REST && index === segments.length - 1) continue;
    if (ANY.test(segment)) continue;
    if (/[{}*?]/u.test(segment)) return 'a segment is plain text or {name}; a star stands alone at the end';
  }
  const plain = segments.filter((segment) => segment !== REST && !ANY.test(segment)).join('/');
  const canonical = canonicalPath(`/${plain}`);
  if (canonical.kind === 'refused') return 'no request ever has this path';
  return canonical.path === `/${plain}` ? null : `requests have this path in another form: ${canonical.path}`;
}

/** A trie: the cost follows the length of the path and not the number of routes. */
export function indexRoutes(routes: Iterable<string>): RouteIndex {
  const root = newNode();
  for (const route of new Set(routes)) add(root, route);
  return {
    covering(path) {
      const found = covering(root, path);
      if (!path.includes(';')) return found;
      // Servlet containers drop `;x` from a segment before they look for a route (CWE-436): both readings count.
      const bare = path.replaceAll(PARAMETERS, '');
      return [...new Set([...found, ...covering(root, bare === '' ? '/' : bare)])];
    },
  };
}

/** One slash at the end makes no other route: a rule for `/admin` must not be left by asking for `/admin/`. */
const segmentsOf = (path: string): string[] =>
  (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/', SEGMENTS_MAX + 1);

function add(root: Node, route: string): void {
  const segments = segmentsOf(route);
  const isOpen = segments.at(-1) === REST;
  let node = root;
  for (const segment of isOpen ? segments.slice(0, -1) : segments) {
    if (ANY.test(segment)) node = node.any ??= newNode();
    else {
      const child = node.children.get(segment) ?? newNode();
      node.children.set(segment, child);
      node = child;
    }
  }
  (isOpen ? node.rests : node.ends).push(route);
}

function covering(root: Node, path: string): readonly string[] {
  const found: string[] = [];
  let nodes: Node[] = [root];
  // `/admin/*` covers `/admin` too: what guards a place guards its front page.
  for (const node of nodes) found.push(...node.rests);
  for (const segment of segmentsOf(path)) {
    const next: Node[] = [];
    for (const { children, any } of nodes) {
      // The wider one first: the list is turned round at the end.
      if (any !== null && segment !== '') next.push(any);
      const exact = children.get(segment);
      if (exact !== undefined) next.push(exact);
    }
    nodes = next;
    for (const node of nodes) found.push(...node.rests);
  }
  for (const node of nodes) found.push(...node.ends);
  return found.toReversed();
}
