import { compileSchema, findItems } from '@holdfast/inspect';
import { isDocument } from '../documents/document-schema.ts';
import { DocumentRoutes } from '../documents/document-routes.ts';

/** What a schema lists, looked up without anything compiled. */
export interface Listing {
  /** The path of the schema that requests of this method to this path are compared with; null = it is not listed. */
  routeFor(method: string, path: string): string | null;
  /** All of it. */
  readonly operations: readonly { readonly method: string; readonly path: string }[];
}

/** What may stand at a place of a route whose values were folded: one sample of each kind that schemas tell apart. */
const SAMPLES = ['1', 'a', '2024-01-31', '00000000-0000-4000-8000-000000000000', 'a1b2c3d4e5f6'] as const;
const PLACE = /\{[^{}/]{0,64}\}/gu;

/** The listing of a schema in force; a schema that cannot be read lists nothing. */
export function listingOf(fragment: unknown): Listing {
  if (isDocument(fragment)) return documentListing(fragment);
  const result = compileSchema(fragment);
  if (result.kind === 'refused') return { routeFor: () => null, operations: [] };
  const { root } = result.schema;
  return {
    routeFor(method, path) {
      const found = findItems(root, path).find(({ methods }) => methods.has(method));
      return found === undefined ? null : pathAt(found.pointer);
    },
    operations: operationsOf(fragment),
  };
}

/** `/paths/~1orders~1{number}` is that of a path (RFC 6901). */
const pathAt = (pointer: string): string =>
  pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace']);

function operationsOf(fragment: unknown): { readonly method: string; readonly path: string }[] {
  const paths = isObject(fragment) ? fragment['paths'] : null;
  return Object.entries(isObject(paths) ? paths : {}).flatMap(([path, item]) =>
    Object.keys(isObject(item) ? item : {})
      .filter((method) => METHODS.has(method))
      .map((method) => ({ method: method.toUpperCase(), path })),
  );
}

/** It was read whole before it was kept. */
function documentListing(fragment: unknown): Listing {
  const operations = operationsOf(fragment);
  const routes = new DocumentRoutes<true>();
  const methods = new Map<string, Map<string, true>>();
  for (const { method, path } of operations) methods.set(path, (methods.get(path) ?? new Map<string, true>()).set(method, true));
  for (const [path, each] of methods) routes.add(path, each);
  return {
    operations,
    routeFor: (method, path) => routes.find(path).find(({ item }) => item.methods.has(method))?.item.path ?? null,
  };
}

/** The path of the schema that a route of traffic (`/orders/{}`) stands for; null = it is not listed. */
export function listedAs({ routeFor }: Pick<Listing, 'routeFor'>, method: string, route: string): string | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  for (const path of samplePaths(route)) {
    const found = routeFor(asked, path);
    if (found !== null) return found;
  }
  return null;
}

/** Paths that a route may stand for. */
export function samplePaths(route: string): readonly string[] {
  return route.includes('{') ? SAMPLES.map((sample) => route.replaceAll(PLACE, sample)) : [route];
}
