import type { EventRecord } from '@holdfast/contract';
import { foldRoute } from '../../../../platform/http/fold-route.ts';

/** Paths and queries in events are cut at 512; an id that long is none. */
const ID_MAX = 128;
const QUERY_MAX = 512;
/** What names one thing, beside parameters that count pages or times. */
const ID_PARAMETER = /^(?:.*[_.-])?(?:id|uid|uuid|no|nr|number)$|[a-z](?:Id|ID)$/u;
const ID_VALUE = /^(?:\d{1,20}|[0-9a-fA-F-]{16,64}|[0-9A-HJKMNP-TV-Z]{26})$/u;

export interface Asked {
  /** With `{}` for the ids: `GET /orders/{}`. */
  readonly route: string;
  readonly id: string;
}

/** Which of many things of one kind was asked for, by the path or by a parameter of the query; null = none. */
export function idsOf({ payload }: EventRecord): Asked | null {
  const { method, path, query, route } = payload;
  if (typeof path !== 'string' || typeof method !== 'string') return null;
  // Of requests to an application the gateway tells the route.
  const folded = typeof route === 'string' ? route : foldRoute(path);
  const ids: string[] = [];
  if (folded.includes('{}')) {
    const segments = path.split('/');
    for (const [index, part] of folded.split('/').entries()) if (part === '{}') ids.push(segments[index] ?? '');
  }
  const named = idParameterOf(query);
  if (named !== null) ids.push(named.value);
  const id = ids.join(',');
  if (id === '' || id.length > ID_MAX) return null;
  return { route: `${method} ${folded}${named === null ? '' : `?${named.name}={}`}`, id };
}

/** The first one. */
function idParameterOf(query: unknown): { readonly name: string; readonly value: string } | null {
  if (typeof query !== 'string' || query === '' || query.length >= QUERY_MAX) return null;
  for (const pair of query.replace(/^\?/u, '').split('&', 16)) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    if (at > 0 && name.length <= 40 && ID_PARAMETER.test(name) && ID_VALUE.test(value)) return { name, value };
  }
  return null;
}
