import { LEARNED_ROUTES_MAX, type LearnedRoute } from '@holdfast/contract';
import { openApiPath, type LearnedModel } from '@holdfast/inspect';
import { isDocument } from '../documents/document-schema.ts';
import { listedAs, listingOf } from './listed-routes.ts';

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
  const listing = isDocument(fragment) ? listingOf(fragment) : null;
  const listed = listedIn(fragment);
  return [...model.routes.values()]
    .toSorted((left, right) => right.requests - left.requests)
    .slice(0, LEARNED_ROUTES_MAX)
    .map(({ method, template, requests, parameters }) => {
      const route = openApiPath(template);
      const inDocument = listing === null ? null : listedAs(listing, method, route) === null ? ('no' as const) : ('yes' as const);
      return {
        method,
        route,
        requests,
        parameters: parameters.size,
        covered: inDocument ?? listed.get(`${method} ${route}`) ?? 'no',
      };
    });
}
