import { EVENTS, type EventQuery, type EventView } from '@holdfast/contract';
import { segmentsOf, type SearchKeys } from './search-keys.ts';

export type EventFilter = Omit<EventQuery, 'cursor' | 'limit'>;

/** More names than this are not asked for one by one. */
const TYPES_MAX = 64;

/** A column that has an index in the order of the log, and the values that it may have. */
export interface Condition {
  readonly column: string;
  readonly values: readonly (string | number)[];
}

export interface Conditions {
  /** All must hold. */
  readonly all: readonly Condition[];
  /** One of these as well, where there are any. */
  readonly any: readonly Condition[];
  /** What the columns of a path only come near to, given a path in lower case; null = nothing is asked of it. */
  readonly path: ((path: string) => boolean) | null;
}

const list = (text: string): string[] => text.split(',');

/** Names as they stand, and every name of the catalogue that begins with one that ends with a dot. */
export function typesOf(text: string): string[] {
  const wanted = text.split(',').map((name) => name.trim());
  const known = [...EVENTS.keys()];
  const found = wanted.flatMap((name) => (name.endsWith('.') ? known.filter((type) => type.startsWith(name)) : [name]));
  return [...new Set(found)].slice(0, TYPES_MAX);
}

type PathConditions = Pick<Conditions, 'all' | 'any' | 'path'>;

function pathConditions(text: string | undefined, { token }: Pick<SearchKeys, 'token'>): PathConditions {
  const segments = segmentsOf(text ?? '');
  const [first] = segments;
  if (text === undefined || first === undefined) return { all: [], any: [], path: null };
  const part = `/${segments.join('/')}/`;
  if (text.startsWith('/'))
    return { all: [{ column: 'path_first', values: [token(first)] }], any: [], path: (path) => `${path}/`.startsWith(part) };
  const any = [
    { column: 'path_first', values: [token(first)] },
    { column: 'path_last', values: [token(segments.at(-1) ?? first)] },
  ];
  return { all: [], any, path: (path) => `${path}/`.includes(part) };
}

export function conditionsOf(filter: EventFilter, keys: SearchKeys, pseudonym: (address: string) => string): Conditions {
  const { type, application, severity, outcome, group, path, requestId, actor, address } = filter;
  const columns: readonly (readonly [column: string, values: readonly string[] | undefined])[] = [
    ['request_id', requestId === undefined ? undefined : [requestId]],
    ['type', type === undefined ? undefined : typesOf(type)],
    ['application', application === undefined ? undefined : [application]],
    ['severity', severity === undefined ? undefined : list(severity)],
    ['outcome', outcome === undefined ? undefined : list(outcome)],
    ['rule_group', group === undefined ? undefined : [group]],
    ['actor_ref', actor === undefined ? undefined : [actor]],
    ['actor_ref', address === undefined ? undefined : [pseudonym(address)]],
  ];
  const all = columns.flatMap(([column, values]): Condition[] => (values === undefined ? [] : [{ column, values }]));
  const byPath = pathConditions(path, keys);
  return { ...byPath, all: [...all, ...byPath.all] };
}

function pathOf({ payload }: EventView): string {
  const { path } = payload;
  return typeof path === 'string' ? path.toLowerCase() : '';
}

const isAskedFor = <Value>(wanted: Value | undefined, holds: (wanted: Value) => boolean): boolean =>
  wanted === undefined || holds(wanted);

/** The same for an event in memory. */
export function matches(event: EventView, filter: EventFilter, pseudonym: (address: string) => string): boolean {
  const { actor, application, outcome, reason, requestId, severity, subject, time, type } = event;
  return (
    isAskedFor(filter.type, (text) => typesOf(text).includes(type)) &&
    isAskedFor(filter.application, (id) => application === id) &&
    isAskedFor(filter.requestId, (id) => requestId === id) &&
    isAskedFor(filter.severity, (text) => list(text).includes(severity)) &&
    isAskedFor(filter.outcome, (text) => list(text).includes(outcome)) &&
    isAskedFor(filter.group, (group) => reason?.split('.', 1)[0] === group) &&
    isAskedFor(filter.actor, (ref) => actor.ref === ref || (subject !== null && pseudonym(subject) === ref)) &&
    isAskedFor(filter.address, (address) => subject === address) &&
    isAskedFor(filter.since, (since) => time >= since) &&
    isAskedFor(filter.until, (until) => time < until) &&
    isAskedFor(filter.path, (text) => pathConditions(text, { token: () => 0 }).path?.(pathOf(event)) ?? true)
  );
}
