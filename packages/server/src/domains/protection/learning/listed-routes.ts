import { compileSchema, findItems } from '@holdfast/inspect';
import { isDocument, openDocument } from '../documents/document-schema.ts';

/** Whether a schema lists requests of this method to this path. */
export type Lists = (method: string, path: string) => boolean;

/** What may stand at a place of a route whose values were folded: one sample of each kind that schemas tell apart. */
const SAMPLES = ['1', 'a', '2024-01-31', '00000000-0000-4000-8000-000000000000', 'a1b2c3d4e5f6'] as const;
const PLACE = /\{[^{}/]{0,64}\}/gu;

/** The lister of a schema in force; a schema that cannot be read lists nothing. */
export function listsOf(fragment: unknown): Lists {
  if (isDocument(fragment)) {
    const opened = openDocument(fragment);
    return opened.kind === 'ready' ? (method, path) => opened.schema.routeFor(method, path) !== null : () => false;
  }
  const result = compileSchema(fragment);
  if (result.kind === 'refused') return () => false;
  const { root } = result.schema;
  return (method, path) => findItems(root, path).some(({ methods }) => methods.has(method));
}

/** Whether a route as traffic tells it (`/orders/{}`) is listed. */
export function listsRoute(lists: Lists, method: string, route: string): boolean {
  const asked = method === 'HEAD' ? 'GET' : method;
  return samplePaths(route).some((path) => lists(asked, path));
}

/** Paths that a route may stand for. */
export function samplePaths(route: string): readonly string[] {
  return route.includes('{') ? SAMPLES.map((sample) => route.replaceAll(PLACE, sample)) : [route];
}
