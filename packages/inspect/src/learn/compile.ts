import type { CompiledItem, CompiledOperation, CompileResult, CompiledValue, RouteNode } from './compiled.ts';
import { compileOperation } from './compile-operation.ts';
import { compileValue, fault, isJson, own, step, type Json, type Reading } from './compile-value.ts';
import { LEARN_LIMITS } from './limits.ts';
import { SEGMENT_KINDS, segmentKind } from './template.ts';

const PATHS_MAX = 2_000;
const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'patch', 'trace', 'query', 'propfind']);
/** Members of a path item that say nothing of requests. */
const PATH_REMARKS: ReadonlySet<string> = new Set([
  'summary',
  'description',
  'x-holdfast-other-methods',
  'parameters',
  'servers',
]);

/**
 * Makes a fragment of OpenAPI ready for requests. What it cannot keep it refuses with the place it stands at: a keyword that
 * is silently not checked would be worse than none. Never throws.
 *
 * @example compileSchema(proposeSchema(model, { title: 'shop' }))
 */
export function compileSchema(fragment: unknown): CompileResult {
  const reading: Reading = { faults: [], values: 0 };
  const root = newNode();
  let operations = 0;
  const document = isJson(fragment) ? fragment : {};
  const paths = own(document, 'paths');
  if (!isJson(paths)) fault(reading, isJson(fragment) ? '/paths' : '', 'must be an object');
  else if (Object.keys(paths).length > PATHS_MAX) fault(reading, '/paths', `more than ${PATHS_MAX} paths`);
  else
    for (const [path, raw] of Object.entries(paths))
      operations += addPath(root, { path, raw, pointer: step('/paths', path) }, reading);
  const vocabulary = readVocabulary(document, reading);
  const unknownRoutes = readChoice(document, ['', 'x-holdfast-unknown-routes'], reading);
  if (reading.faults.length > 0) return { kind: 'refused', faults: reading.faults };
  const schema = { root, refusesUnknownRoutes: unknownRoutes === 'refuse', ...vocabulary, operations };
  return { kind: 'compiled', schema };
}

const newNode = (): RouteNode => ({ literal: new Map(), places: [], item: null });

/** `refuse` or `pass`; `pass` when nothing is said. */
function readChoice(holder: Json, at: readonly [pointer: string, name: string], reading: Reading): 'refuse' | 'pass' {
  const value = own(holder, at[1]) ?? 'pass';
  if (value === 'refuse' || value === 'pass') return value;
  fault(reading, step(at[0], at[1]), 'must be refuse or pass');
  return 'pass';
}

function readVocabulary(
  document: Json,
  reading: Reading,
): { vocabulary: ReadonlyMap<string, CompiledValue>; refusesUnknownNames: boolean } {
  const raw = own(document, 'x-holdfast-vocabulary') ?? {};
  const at = '/x-holdfast-vocabulary';
  const vocabulary = new Map<string, CompiledValue>();
  if (!isJson(raw)) {
    fault(reading, at, 'must be an object');
    return { vocabulary, refusesUnknownNames: false };
  }
  const parameters = own(raw, 'parameters') ?? {};
  if (!isJson(parameters)) fault(reading, step(at, 'parameters'), 'must be an object');
  else
    for (const [name, schema] of Object.entries(parameters)) {
      const pointer = step(step(at, 'parameters'), name);
      vocabulary.set(name, compileValue(schema, { pointer, isRequired: false, isList: true }, reading));
    }
  return { vocabulary, refusesUnknownNames: readChoice(raw, [at, 'unlisted'], reading) === 'refuse' };
}

interface Entry {
  readonly path: string;
  readonly raw: unknown;
  readonly pointer: string;
}

function addPath(root: RouteNode, { path, raw, pointer }: Entry, reading: Reading): number {
  const segments = path.split('/');
  if (!path.startsWith('/') || segments.length > LEARN_LIMITS.segmentsMax + 1 || !isJson(raw)) {
    fault(reading, pointer, 'must be a path with its methods');
    return 0;
  }
  let node = root;
  for (const segment of segments.slice(1)) node = childNode(node, segment);
  const methods = new Map<string, CompiledOperation>();
  for (const [name, operation] of Object.entries(raw)) {
    if (METHODS.has(name)) methods.set(name.toUpperCase(), compileOperation(operation, step(pointer, name), reading));
    else if (!PATH_REMARKS.has(name)) fault(reading, step(pointer, name), 'is not a method');
  }
  const refusesOthers = readChoice(raw, [pointer, 'x-holdfast-other-methods'], reading) === 'refuse';
  const item: CompiledItem = { pointer, methods, refusesOthers };
  if (node.item !== null) fault(reading, pointer, 'stands for the same requests as another path');
  node.item = item;
  return methods.size;
}

function childNode(node: RouteNode, segment: string): RouteNode {
  if (!segment.startsWith('{')) {
    const held = node.literal.get(segment) ?? newNode();
    node.literal.set(segment, held);
    return held;
  }
  const place = readPlace(segment);
  const held = node.places.find(({ key }) => key === place.key);
  if (held !== undefined) return held.node;
  const made = { ...place, node: newNode() };
  node.places.push(made);
  // The one that says more is tried first: a number is a name as well.
  node.places.sort((left, right) => breadth(left.key) - breadth(right.key));
  return made.node;
}

const breadth = (key: string): number => (key === 'name' ? 2 : Number(key.startsWith('name')));

const KINDS: ReadonlySet<string> = new Set(SEGMENT_KINDS);

/** `{number2}` is of kind number; a name that is no kind stands for any one segment, as in other people's documents. */
function readPlace(segment: string): { key: string; matches: (segment: string) => boolean } {
  const end = segment.indexOf('}');
  const named = segment.slice(1, end < 0 ? undefined : end).replace(/\d{1,4}$/u, '');
  const ending = end < 0 ? '' : segment.slice(end + 1);
  const kind = KINDS.has(named) && named !== 'name' ? named : 'name';
  const matches =
    kind === 'name'
      ? (text: string): boolean => text.length > ending.length && text.toLowerCase().endsWith(ending)
      : (text: string): boolean => segmentKind(text) === kind;
  return { key: `${kind}${ending}`, matches };
}

const NODES_MAX = 64;

/** The items that a path fits, those with the most words of their own first. */
export function findItems(root: RouteNode, path: string): readonly CompiledItem[] {
  const segments = path.split('/', LEARN_LIMITS.segmentsMax + 2);
  if (segments.length > LEARN_LIMITS.segmentsMax + 1) return [];
  let nodes: readonly RouteNode[] = [root];
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    const next: RouteNode[] = [];
    for (const { literal, places } of nodes) {
      const exact = literal.get(segment);
      if (exact !== undefined) next.push(exact);
      for (const { matches, node } of places) if (next.length < NODES_MAX && matches(segment)) next.push(node);
    }
    if (next.length === 0) return [];
    nodes = next;
  }
  return nodes.flatMap(({ item }) => (item === null ? [] : [item]));
}
