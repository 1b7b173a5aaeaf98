import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isOwnCookie, splitCookies } from './own-cookies.ts';

const TOKEN = 'A'.repeat(43);
const HASH = hash('sha256', TOKEN, 'hex');

describe('our cookies leave the header', () => {
  test.each([
    [`holdfast=${TOKEN}`, false, '', '', HASH],
    [`__Host-holdfast=${TOKEN}`, true, '', '', HASH],
    [`a=1; __Host-holdfast=${TOKEN}; b=2`, true, 'a=1; b=2', '', HASH],
    [`a=1;__Host-holdfast = ${TOKEN} ;b=2`, true, 'a=1; b=2', '', HASH],
    [`holdfast=${TOKEN}; x=y`, true, 'x=y', '', null],
    [`holdfast=${TOKEN}; holdfast=${TOKEN}`, false, '', '', null],
    ['holdfast', false, '', '', null],
    ['a=holdfast', false, 'a=holdfast', '', null],
    [
      '__Host-holdfast-flow=f; __Host-holdfast-device=d; c=3',
      true,
      'c=3',
      '__Host-holdfast-flow=f; __Host-holdfast-device=d',
      null,
    ],
  ] as const)('%s', (header, secure, rest, own, sessionHash) => {
    expect(splitCookies(header, secure)).toEqual({ rest, own, sessionHash });
  });

  test('and a header without them is left as it is', () => {
    expect(splitCookies('a=1; b=2', true)).toBeNull();
  });
});

test.each([
  ['holdfast', true],
  ['__Host-holdfast', true],
  ['holdfast-admin', true],
  ['__Host-holdfast-device', true],
  ['holdfastness', false],
  ['my-holdfast', false],
  ['__Secure-holdfast', false],
])('%s is ours: %s', (name, isOwn) => expect(isOwnCookie(name)).toBe(isOwn));
