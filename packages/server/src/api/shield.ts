import { randomBytes } from 'node:crypto';
import { CROCKFORD } from '@holdfast/contract';
import { createMiddleware } from 'hono/factory';
import { Refusal } from '../platform/refusal.ts';
import type { Trust } from './parts.ts';
import type { ApiEnv } from './route.ts';

const ID_LENGTH = 12;

/** Only names of this machine: a page that rebinds its own name to 127.0.0.1 sends its own name (DNS rebinding). */
export const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/u;

/** Pages for people, of the sign-in and of the console; they show nothing before this very origin has asked the API. */
const OPENED_BY_LINKS = /^\/(?!(?:api|-|metrics|sign-out)(?:\/|$))/u;

const HEADERS: readonly (readonly [string, string])[] = [
  [
    'content-security-policy',
    "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cache-control', 'no-store'],
];

/** 60 random bits: ids are looked up, never guessed for profit. */
export function newRequestId(): string {
  return Array.from(randomBytes(ID_LENGTH), (byte) => CROCKFORD.charAt(byte % CROCKFORD.length)).join('');
}

export const nameRequest = createMiddleware<ApiEnv>(async (context, next) => {
  context.set('requestId', newRequestId());
  await next();
  context.res.headers.set('x-request-id', context.get('requestId'));
  // Our own pages name one script and their forms; nothing else sets any of these.
  for (const [name, value] of HEADERS) if (!context.res.headers.has(name)) context.res.headers.set(name, value);
});

/**
 * Refuses what a web page of somebody else could make a browser send: another host name, another origin, a cross-site fetch.
 * Nothing of this can come through the socket in the data directory.
 */
export function refuseForeignPages(trust: Trust) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    if (trust.kind === 'host-operator') return next();
    const host = context.req.header('host') ?? '';
    if (!OWN_HOST.test(host)) throw new Refusal('host-unknown');
    const origin = context.req.header('origin');
    const isOwn = origin === undefined || origin === `https://${host}` || origin === `http://${host}`;
    const site = context.req.header('sec-fetch-site');
    const isCrossSite = site === 'cross-site' || site === 'same-site';
    // A link from elsewhere, such as that of an invitation, may open a page; it may not call anything.
    const isPage = OPENED_BY_LINKS.test(context.req.path);
    const isOpening = context.req.method === 'GET' && isPage && context.req.header('sec-fetch-mode') === 'navigate';
    if (!isOwn || (isCrossSite && !isOpening)) throw new Refusal('origin-refused');
    return next();
  });
}
