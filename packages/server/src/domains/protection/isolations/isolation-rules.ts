import { canonicalPath } from '@holdfast/inspect';
import type { FieldFault } from '../../../platform/refusal.ts';
import { formatPrefix, parsePrefix } from '../../../platform/prefix.ts';
import type { IsolationInput } from './isolations.ts';

const OWN = /^\/\.(?:holdfast|well-known\/holdfast)(?:\/|$)/iu;
/** Stand in a route for one segment and for all that follow, and in no canonical path. */
const ANY = '{}';
const REST = '**';
const STAND_IN = 'any';

/** What no gateway could hold to, each with a pointer; nothing = it can. */
export function faultsOf({ kind, method, route, allow }: IsolationInput): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (pointer: string, detail: string): void => void faults.push({ pointer, detail });
  if (kind === 'route') {
    const why = route === null ? 'is missing' : faultOfRoute(route);
    if (why !== null) fault('/route', why);
  } else {
    if (route !== null) fault('/route', 'belongs to a single route only');
    if (method !== '*') fault('/method', 'belongs to a single route only');
  }
  for (const [index, prefix] of allow.entries()) {
    const parsed = parsePrefix(prefix);
    if (parsed === null) fault(`/allow/${index}`, 'not an address or prefix');
    else if (parsed.length === 0) fault(`/allow/${index}`, 'is everybody: nothing would be cut off');
  }
  return faults;
}

/** A route that no request could have would look like something that is closed. */
function faultOfRoute(route: string): string | null {
  const segments = route.split('/').slice(1);
  if (segments.slice(0, -1).includes(REST)) return `${REST} stands last only`;
  const plain = `/${segments.map((segment) => (segment === ANY || segment === REST ? STAND_IN : segment)).join('/')}`;
  if (/[?#]/u.test(route)) return 'a path without query and fragment';
  const verdict = canonicalPath(plain);
  if (verdict.kind === 'refused') return `no path of an application: ${verdict.reason}`;
  if (verdict.path !== plain) return `not the canonical form, which is ${verdict.path}`.slice(0, 200);
  return OWN.test(route) ? 'is no path of an application, but of Holdfast' : null;
}

/** In one form and order, so that the same decision is the same text. */
export function normalPrefixes(allow: readonly string[]): string[] {
  const prefixes = allow.flatMap((prefix) => parsePrefix(prefix) ?? []).map(formatPrefix);
  return [...new Set(prefixes)].toSorted();
}
