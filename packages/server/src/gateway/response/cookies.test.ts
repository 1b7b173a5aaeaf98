import { applicationSchema } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cookieAdvice, hardenCookie } from './cookies.ts';

const settings = applicationSchema.parse({
  id: 'shop',
  name: 'Shop',
  upstream: 'http://127.0.0.1:1',
  cookies: { scriptReadable: ['theme'] },
}).cookies;
const secure = { settings, secure: true };

const kept: readonly (readonly [why: string, given: string, sent: string])[] = [
  ['gets all flags', 'sid=1', 'sid=1; Secure; HttpOnly; SameSite=Lax'],
  [
    'keeps what it says',
    'sid=1; Path=/; SameSite=strict; Max-Age=5',
    'sid=1; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Strict',
  ],
  ['keeps None for cross-site use', 'sid=1; samesite=none', 'sid=1; Secure; HttpOnly; SameSite=None'],
  ['leaves a listed cookie to script', 'theme=dark', 'theme=dark; Secure; SameSite=Lax'],
  ['leaves double-submit tokens to script', 'XSRF-TOKEN=a', 'XSRF-TOKEN=a; Secure; SameSite=Lax'],
  ['keeps equals signs and quotes in the value', 'a="b=c"', 'a="b=c"; Secure; HttpOnly; SameSite=Lax'],
  [
    'keeps an empty value (deletion)',
    'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax',
  ],
  ['keeps brackets in names', 'cart[1]=x', 'cart[1]=x; Secure; HttpOnly; SameSite=Lax'],
  ['drops unknown attributes and bad bytes in them', 'a=1; X-Evil=1; Path=/\u00e4', 'a=1; Secure; HttpOnly; SameSite=Lax'],
  ['drops a path that is none', 'a=1; Path=evil', 'a=1; Secure; HttpOnly; SameSite=Lax'],
  ['completes __Host- with Secure', '__Host-s=1; Path=/', '__Host-s=1; Path=/; Secure; HttpOnly; SameSite=Lax'],
];

const dropped: readonly (readonly [why: string, given: string, reason: string])[] = [
  ['the name of our session', 'holdfast=x', 'own'],
  ['the name of our session with its prefix', '__Host-holdfast=x; Path=/; Secure', 'own'],
  ['the name of another cookie of ours', '__Host-holdfast-device=x; Path=/; Secure', 'own'],
  ['no name', '=1', 'malformed'],
  ['no equals sign', 'abc', 'malformed'],
  ['a space in the name', 'a b=1', 'malformed'],
  ['a domain that is none', 'a=1; Domain=evil/x', 'malformed'],
  ['__Host- with a domain', '__Host-s=1; Path=/; Domain=shop.example', 'prefix'],
  ['__host- without the root path', '__host-s=1', 'prefix'],
  ['longer than browsers take', `a=${'x'.repeat(4097)}`, 'too-long'],
];

describe('cookie hardening', () => {
  test.each(kept)('%s', (_why, given, sent) => {
    expect(hardenCookie(given, secure)).toEqual({ kind: 'kept', value: sent });
  });

  test.each(dropped)('drops: %s', (_why, given, reason) => {
    expect(hardenCookie(given, secure)).toEqual({ kind: 'dropped', reason });
  });

  test('Secure is not added on a plain connection, where it would make the cookie vanish', () => {
    expect(hardenCookie('a=1', { settings, secure: false })).toEqual({ kind: 'kept', value: 'a=1; HttpOnly; SameSite=Lax' });
  });

  test('the operator can leave flags to the upstream', () => {
    const off = { ...settings, secure: false, httpOnly: false, sameSite: 'upstream' as const };
    expect(hardenCookie('a=1', { settings: off, secure: true })).toEqual({ kind: 'kept', value: 'a=1' });
  });

  test('hardening twice changes nothing, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', ';', ' ', '"', ',', '/', 'Path', 'secure', 'SameSite', '\t') }),
        (text) => {
          const once = hardenCookie(text, secure);
          if (once.kind === 'kept') expect(hardenCookie(once.value, secure)).toEqual(once);
        },
      ),
    );
  });
});

test('advice names the prefix a cookie could carry and the flags it lacks', () => {
  expect(cookieAdvice('sid=1; Path=/; HttpOnly', settings)).toEqual({
    name: 'sid',
    prefix: '__Host-',
    missing: ['Secure', 'SameSite'],
  });
  expect(cookieAdvice('sid=1; Path=/shop; Secure', settings)).toEqual({
    name: 'sid',
    prefix: '__Secure-',
    missing: ['HttpOnly', 'SameSite'],
  });
  expect(cookieAdvice('__Host-sid=1; Path=/; Secure; HttpOnly; SameSite=Lax', settings)).toEqual({
    name: '__Host-sid',
    prefix: null,
    missing: [],
  });
  expect(cookieAdvice('nothing', settings)).toBeNull();
});
