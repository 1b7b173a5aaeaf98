import { describe, expect, test } from 'vitest';
import { cookieName, readCookies, writeCookie } from './cookies.ts';

const secure = { secure: true, isAdmin: false };

describe('our cookies', () => {
  test('over HTTPS carry the prefix that keeps other hosts from setting them', () => {
    expect(writeCookie('session', 'token', secure)).toBe('__Host-holdfast=token; Path=/; HttpOnly; SameSite=Lax; Secure');
    expect(writeCookie('device', 'd', secure)).toContain('; Max-Age=34560000');
  });
  test('on plain loopback HTTP have neither prefix nor Secure', () => {
    expect(writeCookie('flow', 'f', { secure: false, isAdmin: false })).toBe(
      'holdfast-flow=f; Path=/; HttpOnly; SameSite=Lax; Max-Age=900',
    );
  });
  test('of the administration are others than those of applications', () => {
    expect(cookieName('session', { secure: true, isAdmin: true })).toBe('__Host-holdfast-admin');
    expect(cookieName('device', { secure: true, isAdmin: true })).toBe('__Host-holdfast-admin-device');
  });
  test('are ended with the flags they were set with', () => {
    expect(writeCookie('session', null, secure)).toBe('__Host-holdfast=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0');
  });
  test('are read one of each name, the first, and not from what is too long', () => {
    expect([...readCookies('a=1; b = 2;a=3; =4; c')]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(readCookies(`a=${'x'.repeat(9000)}`).size).toBe(0);
    expect(readCookies(undefined).size).toBe(0);
  });
});
