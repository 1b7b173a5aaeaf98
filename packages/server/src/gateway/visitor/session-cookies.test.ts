import { describe, expect, test } from 'vitest';
import { findBegun, findSession, isSessionName } from './session-cookies.ts';

describe('which cookie is a session', () => {
  test.each([
    'PHPSESSID',
    'JSESSIONID',
    'connect.sid',
    '__Host-session',
    '__Secure-next-auth.session-token',
    '_shop_session',
    'ASPSESSIONIDQASSDDCA',
    `SSESS${'0a'.repeat(16)}`,
    'wordpress_logged_in_0123',
  ])('%s is', (name) => expect(isSessionName(name)).toBe(true));
  test.each(['theme', 'sessionStartTime', '_ga', 'csrftoken', 'cart', '__proto__', 'x'.repeat(10_000)])('%s is not', (name) =>
    expect(isSessionName(name)).toBe(false),
  );

  test('what a sign-in was seen to set comes before what frameworks call theirs', () => {
    const header = 'PHPSESSID=0123456789abcdef; kd7=aaaaaaaaaaaaaaaa';
    expect(findSession(header, undefined)).toEqual({ name: 'PHPSESSID', value: '0123456789abcdef' });
    expect(findSession(header, new Set(['kd7']))).toEqual({ name: 'kd7', value: 'aaaaaaaaaaaaaaaa' });
  });

  test('a short value is a setting, and what is no pair is nothing', () => {
    expect(findSession('session=1; sid; =x; ;;', undefined)).toBeNull();
    expect(findSession(';'.repeat(100_000), undefined)).toBeNull();
  });
});

describe('which cookie an answer begins a session with', () => {
  const value = 'a'.repeat(32);
  test.each([
    ['a name of a framework first', [`hidden=${value}; HttpOnly`, `sid=${value}`], 'sid'],
    ['else one kept from scripts', [`theme=${value}`, `kd7=${value}; Path=/; httponly`], 'kd7'],
    ['not one that scripts read', [`theme=${value}; Path=/httponly`], null],
    ['not a short one', ['sid=short; HttpOnly'], null],
    ['not one that is taken away', ['sid=; Max-Age=0; HttpOnly'], null],
  ] as const)('%s', (_name, fields, name) =>
    expect(findBegun(fields.map((field) => ['set-cookie', field] as const))?.name ?? null).toBe(name),
  );
});
