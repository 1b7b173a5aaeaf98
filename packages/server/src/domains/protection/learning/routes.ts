import { LEARNED_ROUTES_MAX, type LearnedRoute, type SchemaPreview } from '@holdfast/contract';
import { openApiPath, type LearnedModel } from '@holdfast/inspect';

import { isDocument, type DocumentSchema } from '../documents/document-schema.ts';
import { listsOf, listsRoute, samplePaths } from './listed-routes.ts';

/** `METHOD /path` -> whether it says what its values are. */
type Listed = ReadonlyMap<string, 'yes' | 'thin'>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function listedIn(fragment: unknown): Listed {
  const listed = new Map<string, 'yes' | 'thin'>();
  const paths = isObject(fragment) ? fragment['paths'] : null;
  for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
    for (const [method, operation] of Object.entries(isObject(item) ? item : {})) {
      if (!isObject(operation)) continue;
      listed.set(`${method.toUpperCase()} ${path}`, operation['x-holdfast-unlisted'] === 'vocabulary' ? 'thin' : 'yes');
    }
  }
  return listed;
}

/** Learned routes, most visited first, and what a schema says of each; null = no schema. */
export function learnedRoutes(model: LearnedModel, fragment: unknown): LearnedRoute[] {
  // A whole document has names of its own for the places in its paths.
  const lists = isDocument(fragment) ? listsOf(fragment) : null;
  const listed = listedIn(fragment);
  return [...model.routes.values()]
    .toSorted((left, right) => right.requests - left.requests)
    .slice(0, LEARNED_ROUTES_MAX)
    .map(({ method, template, requests, parameters }) => {
      const route = openApiPath(template);
      const inDocument = lists === null ? null : listsRoute(lists, method, route) ? ('yes' as const) : ('no' as const);
      return {
        method,
        route,
        requests,
        parameters: parameters.size,
        covered: inDocument ?? listed.get(`${method} ${route}`) ?? 'no',
      };
    });
}

/** Names in the query that were learned on a listed route and that the document does not list there. */
export function unlistedNames(model: LearnedModel, schema: DocumentSchema): SchemaPreview['unlisted'] {
  const unlisted: SchemaPreview['unlisted'] = [];
  for (const { method, template, parameters } of model.routes.values()) {
    const route = openApiPath(template);
    const path = samplePaths(route).find((sample) => schema.routeFor(method, sample) !== null);
    const names = path === undefined ? null : schema.queryNames(method, path);
    if (names === null) continue;
    for (const [key, { requests }] of parameters) {
      const name = key.slice(key.indexOf(' ') + 1);
      if (key.startsWith('query ') && !names.has(name)) unlisted.push({ method, route, location: 'query', name, requests });
    }
  }
  return unlisted.toSorted((left, right) => right.requests - left.requests);
}
