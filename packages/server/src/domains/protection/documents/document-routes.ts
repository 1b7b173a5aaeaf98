/** Where a path has a name for what stands there: `{id}`, or `{id}.json`. */
interface Place {
  readonly before: string;
  readonly name: string;
  readonly after: string;
}

interface Node<Operation> {
  readonly words: Map<string, Node<Operation>>;
  readonly places: { readonly place: Place; readonly node: Node<Operation> }[];
  item: Item<Operation> | null;
}

/** One path of a document. */
export interface Item<Operation> {
  readonly path: string;
  readonly methods: ReadonlyMap<string, Operation>;
  /** Names of the places, in the order of the path. */
  readonly names: readonly string[];
}

export interface FoundItem<Operation> {
  readonly item: Item<Operation>;
  readonly values: readonly string[];
}

const SEGMENTS_MAX = 64;
const OPEN_MAX = 64;
const PLACE = /^([^{}]*)\{([^{}]+)\}([^{}]*)$/u;

/** The paths of one document by their segments: what is looked up does not grow with their number. */
export class DocumentRoutes<Operation> {
  readonly #root: Node<Operation> = newNode();

  /** False when another path stands for the same requests, or when a segment has more than one place. */
  add(path: string, methods: ReadonlyMap<string, Operation>): boolean {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of path.split('/').slice(1)) {
      const next = childOf(node, segment);
      if (next === null) return false;
      if (next.name !== null) names.push(next.name);
      node = next.node;
    }
    if (node.item !== null) return false;
    node.item = { path, methods, names };
    return true;
  }

  /** The paths that a request fits, those with the most words of their own first (OpenAPI 3.1 §4.8.8.1). */
  find(path: string): readonly FoundItem<Operation>[] {
    const segments = path.split('/', SEGMENTS_MAX + 2);
    if (segments.length > SEGMENTS_MAX + 1) return [];
    let open: { node: Node<Operation>; values: readonly string[] }[] = [{ node: this.#root, values: [] }];
    for (const segment of segments.slice(1)) {
      const next: typeof open = [];
      for (const { node, values } of open) {
        const exact = node.words.get(segment);
        if (exact !== undefined) next.push({ node: exact, values });
        for (const { place, node: inner } of node.places) {
          const value = next.length < OPEN_MAX ? valueAt(place, segment) : null;
          if (value !== null) next.push({ node: inner, values: [...values, value] });
        }
      }
      open = next;
      if (open.length === 0) return [];
    }
    return open.flatMap(({ node: { item }, values }) => (item === null ? [] : [{ item, values }]));
  }
}

const newNode = <Operation>(): Node<Operation> => ({ words: new Map(), places: [], item: null });

function childOf<Operation>(node: Node<Operation>, segment: string): { node: Node<Operation>; name: string | null } | null {
  if (!segment.includes('{')) {
    const held = node.words.get(segment) ?? newNode<Operation>();
    node.words.set(segment, held);
    return { node: held, name: null };
  }
  const [, before, name, after] = PLACE.exec(segment) ?? [];
  if (before === undefined || name === undefined || after === undefined) return null;
  const held = node.places.find(({ place }) => place.before === before && place.after === after);
  if (held !== undefined) return { node: held.node, name };
  const made = { place: { before, name, after }, node: newNode<Operation>() };
  node.places.push(made);
  // The one that says more is tried first.
  node.places.sort((left, right) => wordsOf(right.place) - wordsOf(left.place));
  return { node: made.node, name };
}

const wordsOf = ({ before, after }: Place): number => before.length + after.length;

/** What stands at the place, decoded as the path was: once, by the front gate's rules. */
function valueAt({ before, after }: Place, segment: string): string | null {
  if (segment.length <= before.length + after.length || !segment.startsWith(before) || !segment.endsWith(after)) return null;
  const text = segment.slice(before.length, segment.length - after.length);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
