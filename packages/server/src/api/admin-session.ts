import type { Context } from 'hono';
import { permissionsOf, type Principal } from '../domains/access/index.ts';
import {
  ADMIN_PLACE,
  cookieName,
  hashSessionToken,
  readCookies,
  type Sessions,
  type SessionView,
} from '../domains/identity/index.ts';
import { Refusal } from '../platform/refusal.ts';
import type { ApiEnv } from './route.ts';

export type SessionCheck = Pick<Sessions, 'check' | 'isElevated'>;

/** As the listener names it, which speaks TLS only. */
export const ADMIN_COOKIE = cookieName('session', { secure: true, isAdmin: true });
/** 256 bits, base64url. */
const TOKEN = /^[\w-]{43}$/u;
/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD']);

export const isSecure = (context: Context<ApiEnv>): boolean => new URL(context.req.url).protocol === 'https:';

/** What the cookie of the session holds, if that can be a token. */
export function sessionToken(context: Context<ApiEnv>): string | null {
  const cookies = readCookies(context.req.header('cookie'));
  const token = cookies.get(cookieName('session', { secure: isSecure(context), isAdmin: true }));
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/** The session of the browser, if it holds here: an administration takes two factors, whatever opened the session. */
export async function adminSession(context: Context<ApiEnv>, sessions: Pick<Sessions, 'check'>): Promise<SessionView | null> {
  const token = sessionToken(context);
  if (token === null) return null;
  const session = await sessions.check(hashSessionToken(token), ADMIN_PLACE);
  return session === null || session.acr !== 'aal2' ? null : session;
}

/**
 * Cookies come along with whatever any page makes a browser send: a change must say that a page of this origin sent it
 * (ASVS 5.0 3.5.1). True for changes, false for what only reads.
 */
export function assertFromHere({ req }: Context<ApiEnv>): boolean {
  if (SAFE.has(req.method)) return false;
  const { protocol } = new URL(req.url);
  const origin = req.header('origin');
  const isOwn =
    origin === undefined ? req.header('sec-fetch-site') === 'same-origin' : origin === `${protocol}//${req.header('host') ?? ''}`;
  if (!isOwn) throw new Refusal('cross-site-refused');
  return true;
}

export function asPrincipal({ id, who, expiresAt, elevatedUntil }: SessionView, isElevated: boolean): Principal {
  return {
    actor: { kind: 'operator', ref: `person:${who.id}` },
    permissions: permissionsOf(who.role),
    session: { id, person: who.id, name: who.name, role: who.role, groups: who.groups, expiresAt, elevatedUntil, isElevated },
  };
}
