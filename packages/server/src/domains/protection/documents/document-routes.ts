/** Where a path has names for what stands there: `{id}`, `{id}.json`, `{base}...{head}`. */
interface Place {
  /** What stands before, between and after the names. */
  readonly words: readonly string[];
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
const PLACE = /\{([^{}]+)\}/gu;

/** The paths of one document by their segments: what is looked up does not grow with their number. */
export class DocumentRoutes<Operation> {
  readonly #root: Node<Operation> = newNode();

  /** False when another path stands for the same requests, or when nothing stands between two places. */
  add(path: string, methods: ReadonlyMap<string, Operation>): boolean {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of path.split('/').slice(1)) {
      const next = childOf(node, segment);
      if (next === null) return false;
      names.push(...next.names);
      node = next.node;
    }
    if (node.item !== null) return false;
    node.item = { path, methods, names };
    return true;
  }

  /**
   * The paths that a request fits, those with the most words of their own first (OpenAPI 3.1 §4.8.8.1). Most applications take a bar
   * at the end for none: a path that is listed without one must not be left by adding it.
   */
  find(path: string): readonly FoundItem<Operation>[] {
    const found = this.#findExactly(path);
    return found.length > 0 || path.length < 2 || !path.endsWith('/') ? found : this.#findExactly(path.slice(0, -1));
  }

  #findExactly(path: string): readonly FoundItem<Operation>[] {
    const segments = path.split('/', SEGMENTS_MAX + 2);
    if (segments.length > SEGMENTS_MAX + 1) return [];
    let open: { node: Node<Operation>; values: readonly string[] }[] = [{ node: this.#root, values: [] }];
    for (const segment of segments.slice(1)) {
      const next: typeof open = [];
      for (const { node, values } of open) {
        const exact = node.words.get(segment);
        if (exact !== undefined) next.push({ node: exact, values });
        for (const { place, node: inner } of node.places) {
          const found = next.length < OPEN_MAX ? valuesAt(place, segment) : null;
          if (found !== null) next.push({ node: inner, values: [...values, ...found] });
        }
      }
      open = next;
      if (open.length === 0) return [];
    }
    return open.flatMap(({ node: { item }, values }) => (item === null ? [] : [{ item, values }]));
  }
}

const newNode = <Operation>(): Node<Operation> => ({ words: new Map(), places: [], item: null });

/** Two paths of one shape stand for the same requests, whatever they call their places. */
export const shapeOf = (path: string): string => path.replaceAll(PLACE, '{}');

/** The names of the places of a path, in its order. */
export const placesOf = (path: string): readonly string[] => [...path.matchAll(PLACE)].map(([, name = '']) => name);

interface Child<Operation> {
  readonly node: Node<Operation>;
  readonly names: readonly string[];
}

function childOf<Operation>(node: Node<Operation>, segment: string): Child<Operation> | null {
  const names = placesOf(segment);
  const words = segment.split(/\{[^{}]+\}/u);
  if (words.some((word) => /[{}]/u.test(word))) return null;
  if (names.length === 0) {
    const held = node.words.get(segment) ?? newNode<Operation>();
    node.words.set(segment, held);
    return { node: held, names };
  }
  // Where one value ends and the next begins could not be told.
  if (words.slice(1, -1).includes('')) return null;
  const held = node.places.find(({ place }) => shapeText(place) === shapeText({ words }));
  if (held !== undefined) return { node: held.node, names };
  const made = { place: { words }, node: newNode<Operation>() };
  node.places.push(made);
  // The one that says more is tried first.
  node.places.sort((left, right) => shapeText(right.place).length - shapeText(left.place).length);
  return { node: made.node, names };
}

const shapeText = ({ words }: Place): string => words.join('{}');

/** What stands at each place, decoded as the path was: once, by the front gate's rules. A value ends where the next word begins first. */
function valuesAt({ words }: Place, segment: string): readonly string[] | null {
  const [before = '', ...others] = words;
  const after = others.pop() ?? '';
  if (segment.length <= before.length + after.length || !segment.startsWith(before) || !segment.endsWith(after)) return null;
  let rest = segment.slice(before.length, segment.length - after.length);
  const values: string[] = [];
  for (const word of others) {
    // At least one character stands at each place.
    const end = rest.indexOf(word, 1);
    if (end < 0) return null;
    values.push(decode(rest.slice(0, end)));
    rest = rest.slice(end + word.length);
  }
  return rest === '' ? null : [...values, decode(rest)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
