import type { Entity, EventRecord } from '@holdfast/contract';
import { numberOf, textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { PRIVILEGED_TYPES, privilegedActorOf } from './actors.ts';
import { SIGNED_IN_TYPES, signedInOf } from './signed-in.ts';

export type Dimension = 'country' | 'route' | 'host' | 'action';

export const FIRST_SEEN_TYPES: readonly string[] = ['request.completed', ...SIGNED_IN_TYPES, ...PRIVILEGED_TYPES];

/** Something that may be there for the first time. */
export interface Term {
  readonly dimension: Dimension;
  /** Whose: of an application, or of Holdfast itself. */
  readonly site: string;
  readonly value: string;
  /** As reasons tell it. */
  readonly words: string;
  readonly entity: Entity | null;
  readonly address: string | null;
}

const OWN_SITE = 'holdfast';
const ACTIONS: ReadonlySet<string> = new Set(PRIVILEGED_TYPES);

export function termsOf(seen: WatchedEvent): readonly Term[] {
  const { event } = seen;
  if (event.type === 'request.completed') return requestTerms(event);
  if (ACTIONS.has(event.type)) return actionTerms(event);
  return countryTerms(seen);
}

/** Of those who came in: strangers try from everywhere. */
function countryTerms({ event, place }: WatchedEvent): readonly Term[] {
  const came = signedInOf(event);
  const country = place?.country ?? null;
  if (came === null || country === null) return [];
  const { address, account } = came;
  const entity: Entity = { kind: 'user', value: account };
  const words = `somebody signed in from ${country}`;
  return [{ dimension: 'country', site: event.application ?? OWN_SITE, value: country, words, entity, address }];
}

/** What succeeded: what is not there has no end of names. */
function requestTerms({ payload, application }: EventRecord): readonly Term[] {
  const site = application;
  if (site === null || (numberOf(payload, 'status') ?? 500) >= 400) return [];
  const address = textOf(payload, 'address');
  const shared = { site, entity: null, address };
  const host = textOf(payload, 'host');
  const terms: Term[] = [];
  if (host !== null) terms.push({ ...shared, dimension: 'host', value: host, words: `the host ${host} was asked for` });
  const route = textOf(payload, 'route');
  const kind = kindOf(payload);
  if (route === null || kind === 'visitor') return terms;
  const value = `${kind} ${textOf(payload, 'method') ?? ''} ${route}`;
  terms.push({ ...shared, dimension: 'route', value, words: `a ${kind} used ${value.slice(kind.length + 1)}` });
  return terms;
}

/** Who is signed in; a session alone, which shops give to everybody, is a visitor. */
function kindOf(payload: EventRecord['payload']): 'person' | 'program' | 'visitor' {
  if (textOf(payload, 'account') === null) return 'visitor';
  return textOf(payload, 'session') === null ? 'program' : 'person';
}

function actionTerms(event: EventRecord): readonly Term[] {
  const who = privilegedActorOf(event);
  if (who === null) return [];
  const kind = who.person === null ? 'token' : 'person';
  const words = `a ${kind} did ${event.type}`;
  return [{ dimension: 'action', site: OWN_SITE, value: `${kind} ${event.type}`, words, entity: who.entity, address: null }];
}
