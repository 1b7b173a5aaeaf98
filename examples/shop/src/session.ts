import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { limits } from './limits.ts';

export interface Session {
  readonly id: string;
  readonly accountId: number;
  readonly name: string;
  readonly role: string;
}

export type SessionStore = Map<string, Session>;

export function openSession(store: SessionStore, account: Omit<Session, 'id'>): Session {
  const session = { ...account, id: randomBytes(16).toString('hex') };
  const oldest = store.keys().next();
  if (store.size >= limits.sessionsMax && oldest.done !== true) store.delete(oldest.value);
  store.set(session.id, session);
  return session;
}

export function readCookies(request: IncomingMessage): ReadonlyMap<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return new Map(
    pairs
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

export function sessionCookies(session: Session): string[] {
  // FLAW cookie-flags: no HttpOnly, no Secure, no SameSite, so any script on the page reads the session (RFC 6265 §8.3).
  return [`sid=${session.id}; Path=/`, `role=${session.role}; Path=/`];
}

/** `Max-Age=0` removes a cookie (RFC 6265 §5.2.2). */
export function expiredCookies(): string[] {
  return ['sid=; Path=/; Max-Age=0', 'role=; Path=/; Max-Age=0'];
}
