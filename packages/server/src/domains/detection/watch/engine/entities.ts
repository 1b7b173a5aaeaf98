import { ENTITIES_MAX, requestCompleted, type Entity, type EventRecord } from '@holdfast/contract';
import type { FieldValue } from '@holdfast/sigma';
import { isIP } from 'node:net';
import { textOf } from '../fields/payload.ts';

type Kind = Entity['kind'];

const VALUE_MAX = 256;
/** Fields of payloads that say who; the first one that is there counts. */
const USER = ['person', 'account', 'user', 'serviceAccount'];
const SESSION = ['session', 'sessionKey'];

/** What an event is about: requests are first of all about where they come from, everything else about who it was. */
export function entitiesOf(event: EventRecord): Entity[] {
  const { payload, actor, application } = event;
  const isRequest = event.type === requestCompleted.type;
  const address = textOf(payload, 'address') ?? (event.subject !== null && isIP(event.subject) !== 0 ? event.subject : null);
  const user = firstOf(payload, USER) ?? (actor.kind === 'operator' && actor.ref !== '' ? actor.ref : null);
  const session = firstOf(payload, SESSION);
  const key = actor.kind === 'token' && actor.ref !== '' ? actor.ref : null;
  const route = isRequest ? textOf(payload, 'route') : null;
  const who = [entity('user', user), entity('key', key), entity('session', session)];
  const from = [entity('address', address)];
  const where = [entity('route', route), entity('application', application)];
  const found = (isRequest ? [...from, ...who, ...where] : [...who, ...from, ...where]).filter((one) => one !== null);
  // A record of the control plane can be about nobody: it is about the node.
  return found.length > 0 ? found : [{ kind: 'application', value: event.node.slice(0, VALUE_MAX) }];
}

function firstOf(payload: EventRecord['payload'], names: readonly string[]): string | null {
  for (const name of names) {
    const found = textOf(payload, name);
    if (found !== null) return found;
  }
  return null;
}

const entity = (kind: Kind, value: string | null): Entity | null =>
  value === null || value === '' ? null : { kind, value: value.slice(0, VALUE_MAX) };

/** Last words of field names by what they hold. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['c-ip', 'address'],
  ['src_ip', 'address'],
  ['address', 'address'],
  ['person', 'user'],
  ['account', 'user'],
  ['accountkey', 'user'],
  ['user', 'user'],
  ['cs-username', 'user'],
  ['serviceaccount', 'user'],
  ['session', 'session'],
  ['sessionkey', 'session'],
  ['token', 'key'],
  ['key', 'key'],
  ['ref', 'user'],
  ['cs-uri-stem', 'route'],
  ['c-uri-stem', 'route'],
  ['path', 'route'],
  ['application', 'application'],
  ['s-sitename', 'application'],
]);

/** What a correlation groups by is what its detections are about; then what the completing event is about. */
export function entitiesOfGroup(group: ReadonlyMap<string, FieldValue>, event: EventRecord): Entity[] {
  const entities: Entity[] = [];
  const add = (one: Entity): void => {
    const isKnown = entities.some(({ kind, value }) => kind === one.kind && value === one.value);
    if (!isKnown && entities.length < ENTITIES_MAX) entities.push(one);
  };
  for (const [name, value] of group) {
    const kind = KINDS.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
    const [first] = Array.isArray(value) ? (value as readonly FieldValue[]) : [value];
    const named = kind === undefined ? null : entity(kind, String(first ?? ''));
    if (named !== null) add(named);
  }
  // Others of the same kind were not what was grouped by: each event of the window may have its own.
  const grouped = new Set(entities.map(({ kind }) => kind));
  for (const one of entitiesOf(event)) if (!grouped.has(one.kind)) add(one);
  return entities;
}
