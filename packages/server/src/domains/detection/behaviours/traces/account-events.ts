import type { EventRecord } from '@holdfast/contract';
import type { Place } from '../../../../platform/geo/places.ts';
import { CENTRES } from '../../../../platform/geo/country-table.ts';
import { kindOfNetwork } from '../../../../platform/geo/networks.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { happened, visited, type Visit } from './events.ts';

/** Somewhere in the world, as an address and what is known of it. */
export interface Somewhere {
  readonly address: string;
  readonly place: Place;
}

/** @example at('DE', 3320, '20.1.1.7') */
export function at(country: string, asn: number, address: string): Somewhere {
  const kind = kindOfNetwork(asn);
  return { address, place: { country, asn, network: `Network ${asn}`, at: CENTRES.get(country) ?? null, kind } };
}

export const DE_HOME = at('DE', 3320, '84.128.1.7');
export const DE_MOBILE = at('DE', 3209, '109.40.2.9');
export const DE_OFFICE = at('DE', 680, '141.20.5.5');
export const FR_HOTEL = at('FR', 3215, '90.1.2.3');
export const AU_ABROAD = at('AU', 1221, '101.160.4.4');
export const BR_HOME = at('BR', 28_573, '177.32.8.8');
export const US_SERVER = at('US', 14_061, '104.131.6.6');
export const NL_SERVER = at('NL', 60_781, '95.211.7.7');

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
export const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
export const CURL = 'curl/8.9.1';

export const placed = (seen: WatchedEvent, { place }: Somewhere): WatchedEvent => ({ ...seen, place });

interface CameIn {
  readonly time: number;
  readonly from: Somewhere;
  readonly person?: string;
  readonly isKnown?: boolean;
  readonly lastAt?: number | null;
  readonly kind?: 'application' | 'admin';
}

/** At our own sign-in. */
export function cameIn({
  time,
  from,
  person = 'ada',
  isKnown = true,
  lastAt = null,
  kind = 'application',
}: CameIn): WatchedEvent {
  const payload = { person, kind, acr: 'aal2', amr: ['pwd', 'otp', 'mfa'], known: isKnown, lastAt, userAgent: FIREFOX };
  const seen = happened({ type: 'identity.signed-in', time, address: from.address, payload, application: null });
  return placed(seen, from);
}

/** At the login form of an application. */
export function cameInAt({ time, from, person = 'ada', isKnown = true }: CameIn): WatchedEvent {
  const payload = { account: person, accountKey: person, userAgent: FIREFOX, path: '/login', known: isKnown, session: null };
  return placed(happened({ type: 'authentication.succeeded', time, address: from.address, payload }), from);
}

interface Asked extends Omit<Visit, 'address' | 'path'> {
  readonly from: Somewhere;
  readonly path?: string;
  readonly tlsKey?: string | null;
  readonly route?: string;
}

/** A request in somebody's name. */
export function askedBy({ from, tlsKey = null, route, path = '/orders', ...visit }: Asked): WatchedEvent {
  const seen = visited({ session: '00112233445566aa', ...visit, path, address: from.address });
  const payload = { ...seen.event.payload, tlsKey, route: route ?? path };
  return { event: { ...seen.event, outcome: 'allowed', payload }, place: from.place };
}

interface Told {
  readonly type: string;
  readonly time: number;
  readonly actor: EventRecord['actor'];
  readonly payload?: EventRecord['payload'];
  readonly target?: string | null;
  readonly outcome?: EventRecord['outcome'];
}

/** What the control plane records of whoever asked it. */
export function recorded({ type, time, actor, payload = {}, target = null, outcome = 'ok' }: Told): WatchedEvent {
  const { event } = happened({ type, time, address: '', payload, application: null, outcome });
  return { event: { ...event, actor, target, payload, requestId: null, subject: null }, place: null };
}

export const personActor = (person: string): EventRecord['actor'] => ({ kind: 'operator', ref: `person:${person}` });
export const tokenActor = (token: string): EventRecord['actor'] => ({ kind: 'token', ref: token });
