import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAddress, normaliseServerName, wildcardFor } from './server-name.ts';

describe('server names', () => {
  it.each([
    ['Shop.Example.TEST', 'shop.example.test'],
    ['shop.example.test.', 'shop.example.test'],
    ['xn--bcher-kva.test', 'xn--bcher-kva.test'],
    ['my_host.internal', 'my_host.internal'],
    ['localhost', 'localhost'],
  ])('%j has one spelling', (name, spelled) => {
    expect(normaliseServerName(name)).toBe(spelled);
  });

  it.each([
    '',
    '.',
    'a..b',
    '-a.test',
    'a-.test',
    '*.a.test',
    'a b',
    'a\0b',
    'ä.test',
    '../x',
    '127.0.0.1',
    '::1',
    `${'a'.repeat(64)}.test`,
    'a.'.repeat(150),
  ])('%j is no server name', (name) => {
    expect(normaliseServerName(name)).toBeUndefined();
  });

  it('knows a wildcard only where one is allowed, and only as the first label', () => {
    expect(normaliseServerName('*.A.test', true)).toBe('*.a.test');
    expect(normaliseServerName('a.*.test', true)).toBeUndefined();
    expect(normaliseServerName('*', true)).toBeUndefined();
    expect(wildcardFor('shop.a.test')).toBe('*.a.test');
    expect(wildcardFor('localhost')).toBeUndefined();
  });

  it('spells IPv6 one way', () => {
    expect(normaliseAddress('0:0:0:0:0:0:0:1')).toBe('::1');
    expect(normaliseAddress('2001:DB8::0001')).toBe('2001:db8::1');
    expect(normaliseAddress('shop.test')).toBeUndefined();
  });

  it('never throws and is stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.domain()), (name) => {
        const once = normaliseServerName(name);
        expect(once === undefined ? undefined : normaliseServerName(once)).toBe(once);
      }),
    );
  });
});
