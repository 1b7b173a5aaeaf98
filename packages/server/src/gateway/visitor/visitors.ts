import type { Application } from '@holdfast/contract';
import { hash } from 'node:crypto';
import { foldRoute } from '../../platform/http/fold-route.ts';
import type { Exchange, SignInAttempt } from '../exchange.ts';
import { findBegun, findSession } from './session-cookies.ts';

const TEXT_MAX = 512;
const TYPE_MAX = 128;
const SESSION_CHARS = 16;
const LEARNED_MAX = 4;
/** Sessions whose sign-in was seen here; the one that was not used for the longest time goes first. */
const BEGUN_MAX = 50_000;
const ROUTES_MAX = 4096;
const ROUTE_CHARS_MAX = 256;

/** Who asks and with what, as a record tells it: nothing in it opens anything. */
export interface DescribedVisitor {
  readonly userAgent: string;
  readonly referrer: string | null;
  readonly contentType: string | null;
  readonly session: string | null;
  readonly account: string | null;
  readonly route: string | null;
}

export interface BegunSession {
  readonly attempt: SignInAttempt;
  /** Of the application's answer, names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
}

export interface Visitors {
  describe(exchange: Exchange): DescribedVisitor;
  /** The name of the session that came with the request; null = none, or none that is known as one. */
  sessionOf(exchange: Exchange): string | null;
  /** A sign-in was right: the session that it began, or in which it happened, by its name. */
  begun(exchange: Exchange, what: BegunSession): string | null;
  /** Forgets applications that are gone. */
  follow(applications: readonly Application[]): void;
}

/** A gateway's memory of which cookie is the session of an application, and whose sign-in began which session. */
export function createVisitors(): Visitors {
  const learned = new Map<string, Set<string>>();
  const accounts = new Map<string, string>();
  const routeOf = rememberRoutes();

  const sessionOf = (exchange: Exchange): string | null => {
    if (exchange.session !== null) return exchange.session.id;
    const { application, head } = exchange;
    if (application === null) return null;
    const cookies = lastValue(head.headers, 'cookie');
    const found = cookies === null ? null : findSession(cookies, learned.get(application.id));
    return found === null ? null : nameOf(exchange, found.value);
  };
  const accountOf = ({ session, account, application }: Exchange, name: string | null): string | null => {
    if (session !== null) return session.person;
    if (account !== null) return account.id;
    return name === null || application === null ? null : touch(accounts, `${application.id} ${name}`);
  };
  return {
    sessionOf,
    describe(exchange) {
      const session = sessionOf(exchange);
      const { head, application } = exchange;
      const read = readHeaders(head.headers);
      return {
        ...read,
        session,
        account: accountOf(exchange, session),
        route: application === null ? null : routeOf(head.path),
      };
    },
    begun(exchange, { attempt, headers }) {
      const { application } = exchange;
      if (application === null) return null;
      const cookie = findBegun(headers);
      if (cookie !== null) learn(learned, application.id, cookie.name);
      const name = cookie === null ? sessionOf(exchange) : nameOf(exchange, cookie.value);
      const [account = '', ...others] = attempt.verdict.keys;
      // A try that names two accounts says of neither that this session is its own.
      if (name !== null && account !== '' && others.length === 0) remember(accounts, `${application.id} ${name}`, account);
      return name;
    },
    follow(applications) {
      const kept = new Set(applications.map(({ id }) => id));
      for (const id of learned.keys()) if (!kept.has(id)) learned.delete(id);
    },
  };
}

/**
 * A keyed hash: the same session has the same name in every gateway, and nobody gets the cookie out of it. In one piece, which
 * takes a tenth of the time of an HMAC: a quarter of a digest is no state from which a longer text could be hashed on.
 */
function nameOf({ snapshot, application }: Exchange, value: string): string | null {
  const key = snapshot.source.visitorKey;
  if (key === null || application === null) return null;
  return hash('sha256', `${key} ${application.id} ${value}`, 'hex').slice(0, SESSION_CHARS);
}

type Headers = Exchange['head']['headers'];

function lastValue(headers: Headers, name: string): string | null {
  for (let at = headers.length - 1; at >= 0; at -= 1) if (headers[at]?.[0] === name) return headers[at]?.[1] ?? null;
  return null;
}

const cut = (text: string, max: number): string => (text.length > max ? text.slice(0, max) : text);

function readHeaders(headers: Headers): Pick<DescribedVisitor, 'userAgent' | 'referrer' | 'contentType'> {
  let userAgent: string | null = null;
  let referrer: string | null = null;
  let contentType: string | null = null;
  for (const [name, value] of headers) {
    if (name === 'user-agent') userAgent ??= cut(value, TEXT_MAX);
    else if (name === 'referer') referrer ??= cut(value, TEXT_MAX);
    else if (name === 'content-type') contentType ??= cut(value, TYPE_MAX);
  }
  return { userAgent: userAgent ?? '', referrer, contentType };
}

function learn(learned: Map<string, Set<string>>, application: string, name: string): void {
  const names = learned.get(application) ?? new Set<string>();
  if (names.size === 0) learned.set(application, names);
  if (names.size < LEARNED_MAX) names.add(name);
}

function touch(held: Map<string, string>, key: string): string | null {
  const value = held.get(key);
  if (value === undefined) return null;
  held.delete(key);
  held.set(key, value);
  return value;
}

function remember(held: Map<string, string>, key: string, value: string): void {
  held.delete(key);
  held.set(key, value);
  const oldest = held.size > BEGUN_MAX ? held.keys().next() : null;
  if (oldest !== null && oldest.done !== true) held.delete(oldest.value);
}

/** Most requests are for few paths. */
function rememberRoutes(): (path: string) => string {
  const routes = new Map<string, string>();
  return (path) => {
    const held = routes.get(path);
    if (held !== undefined) return held;
    const route = cut(foldRoute(cut(path, TEXT_MAX)), TEXT_MAX);
    if (path.length > ROUTE_CHARS_MAX) return route;
    if (routes.size >= ROUTES_MAX) routes.clear();
    routes.set(path, route);
    return route;
  };
}
