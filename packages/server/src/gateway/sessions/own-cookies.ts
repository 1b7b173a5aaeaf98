import { HOST_PREFIX, ownCookieName, SESSION_COOKIE } from '@holdfast/contract';
import { hash } from 'node:crypto';

/** 256 random bits as base64url. Anything else cannot be a session and is not asked for. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/u;
const COOKIES_MAX = 256;

/** What a Cookie header says to us, and what of it the application may see. */
export interface SplitCookies {
  /** What is left for the application; empty = nothing. */
  readonly rest: string;
  /** Our cookies besides the session's. */
  readonly own: string;
  /** SHA-256 of the session token, hex; null when there is none, or more than one. */
  readonly sessionHash: string | null;
}

/** With and without the prefix, also on the listener where the other form is in use: none of them is the application's. */
export function isOwnCookie(name: string): boolean {
  const bare = name.startsWith(HOST_PREFIX) ? name.slice(HOST_PREFIX.length) : name;
  return bare === SESSION_COOKIE || bare.startsWith(`${SESSION_COOKIE}-`);
}

/** Takes our cookies out of a Cookie header; null when none of them is in it. */
export function splitCookies(header: string, secure: boolean): SplitCookies | null {
  if (!header.includes(SESSION_COOKIE)) return null;
  const rest: string[] = [];
  const own: string[] = [];
  const tokens: string[] = [];
  const wanted = ownCookieName(SESSION_COOKIE, secure);
  const other = ownCookieName(SESSION_COOKIE, !secure);
  // A header that is all separators is cut: what is left out is never passed on.
  for (const part of header.split(';', COOKIES_MAX)) {
    const pair = part.trim();
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals).trimEnd();
    if (!isOwnCookie(name)) rest.push(pair);
    else if (name === wanted) tokens.push(pair.slice(equals + 1).trimStart());
    else if (name !== other) own.push(pair);
  }
  if (rest.length + own.length + tokens.length === 0) return null;
  const [token = '', ...more] = tokens;
  // Of two tokens nobody can say which one the person meant (cookie tossing).
  const isOne = more.length === 0 && TOKEN.test(token);
  return { rest: rest.join('; '), own: own.join('; '), sessionHash: isOne ? hash('sha256', token, 'hex') : null };
}
