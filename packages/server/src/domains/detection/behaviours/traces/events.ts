import type { EventRecord } from '@holdfast/contract';
import type { Place } from '../../../../platform/geo/places.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';

const BROWSER = 'Mozilla/5.0 (X11; Linux x64; rv:140.0) Gecko/20100101 Firefox/140.0';
let serial = 0;

/** Ids only have to be different; nothing compares them between runs. */
function nextId(): string {
  serial += 1;
  return `0${serial.toString().padStart(25, '0')}`;
}

/** One operator for each 65,536 addresses. */
export function placeOf(address: string): Place {
  const [first = 0, second = 0] = address.split('.').map(Number);
  return { country: 'DE', asn: 64_512 + ((first * 256 + second) % 1000), network: null, at: null, kind: 'access' };
}

interface Happened {
  readonly type: string;
  readonly time: number;
  readonly address: string;
  readonly payload: EventRecord['payload'];
  readonly application?: string | null;
  readonly requestId?: string;
  readonly outcome?: EventRecord['outcome'];
}

export function happened({ type, time, address, payload, ...rest }: Happened): WatchedEvent {
  const { application = 'shop', requestId = nextId().slice(-12), outcome = 'ok' } = rest;
  const event: EventRecord = {
    id: nextId(),
    type,
    version: 1,
    time: Math.round(time),
    node: 'node-1',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: 'visitor' },
    application,
    target: null,
    outcome,
    reason: null,
    requestId,
    trace: null,
    subject: address,
    payload: { ...payload, address },
  };
  return { event, place: placeOf(address) };
}

export interface Visit {
  readonly time: number;
  readonly address: string;
  readonly path: string;
  readonly method?: string;
  readonly query?: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly session?: string | null;
  readonly account?: string | null;
  readonly agent?: string;
  readonly requestId?: string;
  readonly access?: EventRecord['payload'];
}

export function visited(visit: Visit): WatchedEvent {
  const { time, address, path, method = 'GET', query = '', status = 200, bytes = 4000, agent = BROWSER } = visit;
  const payload = {
    userAgent: agent,
    method,
    host: 'shop.example',
    path,
    query,
    protocol: 'h2',
    status,
    problem: null,
    responseBytes: bytes,
    requestBytes: 300,
    session: visit.session ?? null,
    account: visit.account ?? null,
    access: visit.access ?? null,
    route: null,
    tlsKey: null,
    findings: [],
  };
  const { requestId } = visit;
  return happened({ type: 'request.completed', time, address, payload, ...(requestId === undefined ? {} : { requestId }) });
}

export interface Tried {
  readonly time: number;
  readonly account: string;
  readonly address: string;
  readonly isOk?: boolean;
  readonly isKnown?: boolean;
  readonly agent?: string;
  /** Of the answer; null = no request is seen. */
  readonly answer?: { readonly status: number; readonly bytes: number } | null;
}

/** A try at an application's own login form, and the request that it came with. */
export function tried({ time, account, address, isOk = false, isKnown = false, agent = BROWSER, answer }: Tried): WatchedEvent[] {
  const requestId = nextId().slice(-12);
  const payload = { account, accountKey: `key-${account}`, userAgent: agent, path: '/login', known: isKnown };
  const type = isOk ? 'authentication.succeeded' : 'authentication.failed';
  const outcome = isOk ? 'ok' : 'failed';
  const seen = happened({ type, time, address, payload, requestId, outcome });
  if (answer === null) return [seen];
  const { status, bytes } = answer ?? { status: isOk ? 303 : 401, bytes: 900 };
  return [seen, visited({ time, address, path: '/login', method: 'POST', status, bytes, agent, requestId })];
}

interface OwnTry {
  readonly time: number;
  readonly address: string;
  readonly person: string | null;
  readonly step?: string;
  readonly cause?: string;
  readonly isKnown?: boolean;
}

/** A refused step of our own sign-in. */
export function refusedOwn({ time, address, person, step = 'password', cause = 'wrong', isKnown = false }: OwnTry): WatchedEvent {
  const payload = { person, step, cause, known: isKnown };
  return happened({ type: 'identity.sign-in-refused', time, address, payload, application: null, outcome: 'refused' });
}

export function signedInOwn({ time, address, person, isKnown = false }: Omit<OwnTry, 'step' | 'cause'>): WatchedEvent {
  const payload = { person, kind: 'application', acr: 'aal2', amr: ['pwd', 'otp', 'mfa'], known: isKnown, userAgent: BROWSER };
  return happened({ type: 'identity.signed-in', time, address, payload, application: null });
}
