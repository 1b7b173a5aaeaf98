import type { SchemaPreview } from '@holdfast/contract';
import { openApiPath, type LearnedModel } from '@holdfast/inspect';
import type { SeenRoute, Unlisted } from '../documents/bringing/bring-document.ts';
import type { RouteTotal } from '../tuning/vector-store.ts';
import { samplePaths } from './listed-routes.ts';

const LISTED_MAX = 100;
/** Routes that a new document is held against. */
const SEEN_MAX = 1000;

type Row = SchemaPreview['unlisted'][number];

/** What was seen of an application, to be held against a document that is not in force. */
export interface Seen {
  readonly routes: readonly SeenRoute[];
  /** What the document makes of them, in the same order. */
  preview(unlisted: readonly Unlisted[]): SchemaPreview;
}

/** Live routes with their requests, and the names in the query that were learned of them. */
export function seenOf(live: readonly RouteTotal[], model: LearnedModel): Seen {
  const traffic = live
    .slice(0, SEEN_MAX)
    .map(({ method, route, clean }) => ({ method, route, requests: clean, names: new Map<string, number>() }));
  const learned = [...model.routes.values()].slice(0, SEEN_MAX).map(({ method, template, parameters }) => {
    const names = [...parameters]
      .filter(([key]) => key.startsWith('query '))
      .map(([key, { requests }]) => [key.slice('query '.length), requests] as const);
    return { method, route: openApiPath(template), requests: 0, names: new Map(names) };
  });
  const all = [...traffic, ...learned];
  return {
    routes: all.map(({ method, route, names }) => ({ method, paths: samplePaths(route), names: [...names.keys()] })),
    preview(unlisted) {
      const requests = traffic.reduce((total, each) => total + each.requests, 0);
      const missing = traffic.flatMap((each, at) => (unlisted[at] === null ? [rowOf(each, null, '')] : []));
      const names = all.flatMap((each, at) =>
        (unlisted[at] ?? []).map((name) => ({ ...rowOf(each, 'query', name), requests: each.names.get(name) ?? 0 })),
      );
      const rows = [...missing, ...names.toSorted((left, right) => right.requests - left.requests)];
      const lost = missing.reduce((total, each) => total + each.requests, 0);
      return { requests, covered: requests - lost, unlisted: rows.slice(0, LISTED_MAX) };
    },
  };
}

const rowOf = (
  { method, route, requests }: { readonly method: string; readonly route: string; readonly requests: number },
  location: Row['location'],
  name: string,
): Row => ({ method, route, location, name, requests });
