import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath } from './path.ts';

describe('canonicalPath', () => {
  test.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a//b///c', '/a/b/c'],
    ['/a/./b/../c', '/a/c'],
    ['/a/b/..', '/a/'],
    ['/a/', '/a/'],
    ['//', '/'],
    ['/%41b%7Ec', '/Ab~c'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/a%20b', '/a%20b'],
    ['/100%25', '/100%25'],
    ['/100%25%20off', '/100%25%20off'],
    ['/x;v=1/y', '/x;v=1/y'],
    ['/a%3B', '/a;'],
    ['/a%2ejs', '/a.js'],
    ['/%E3%80%82', '/%E3%80%82'],
    ['/100%EF%BC%85', '/100%EF%BC%85'],
    ['/a%EF%BC%9Bb', '/a%EF%BC%9Bb'],
    ['/a[0]|b', '/a%5B0%5D%7Cb'],
    ['/...', '/...'],
  ])('reads %s as %s', (raw, path) => {
    expect(canonicalPath(raw)).toEqual({ kind: 'ok', path });
  });

  test.each([
    ['', 'not-absolute'],
    ['*', 'not-absolute'],
    ['/%', 'bad-percent'],
    ['/%4', 'bad-percent'],
    ['/%zz', 'bad-percent'],
    ['/%u0041', 'bad-percent'],
    ['/a%00', 'null-byte'],
    ['/a%0a', 'control'],
    ['/a%7f', 'control'],
    ['/%c2%85', 'control'],
    ['/a\tb', 'control'],
    ['/a b', 'bad-character'],
    ['/a?b', 'bad-character'],
    ['/a#b', 'bad-character'],
    ['/é', 'bad-character'],
    ['/a\\b', 'backslash'],
    ['/a%2fb', 'encoded-slash'],
    ['/a%2Fb', 'encoded-slash'],
    ['/a%5cb', 'encoded-backslash'],
    ['/%2e%2e/b', 'encoded-dot'],
    ['/a/.%2e/b', 'encoded-dot'],
    ['/a/%2e/b', 'encoded-dot'],
    ['/%c0%ae', 'bad-utf8'],
    ['/%ff', 'bad-utf8'],
    ['/%ed%a0%80', 'bad-utf8'],
    ['/a/..;/b', 'parameter-dot-segment'],
    ['/a;x/../b', 'parameter-dot-segment'],
    ['/a/.;x', 'parameter-dot-segment'],
    ['/;/admin', 'parameter-segment'],
    ['/a/;x=1', 'parameter-segment'],
    ['/%3bx/b', 'parameter-segment'],
    ['/%ef%bc%8e%ef%bc%8e/b', 'look-alike'],
    ['/a%ef%bc%8fb', 'look-alike'],
    ['/a%e2%88%95b', 'look-alike'],
    ['/a/%e2%80%a5/b', 'look-alike'],
    ['/a/%ef%bc%852e/b', 'look-alike'],
    ['/a/..%ef%bc%9b/b', 'look-alike'],
    ['/%cd%be/admin', 'look-alike'],
    ['/a%252eb', 'double-encoding'],
    ['/a%2541', 'double-encoding'],
    ['/%25%32%65%25%32%65/b', 'double-encoding'],
    ['/a%25%41A', 'double-encoding'],
    ['/..', 'above-root'],
    ['/a/../../b', 'above-root'],
    [`/${'a'.repeat(9_000)}`, 'too-long'],
  ])('refuses %s as %s', (raw, reason) => {
    expect(canonicalPath(raw)).toEqual({ kind: 'refused', reason });
  });

  test('a path of plain words reads the same as the directory of that name', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '9', '_', '~', '-', '.'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const plain = canonicalPath(`/${words.join('/')}`);
        const directory = canonicalPath(`/${words.join('/')}/`);
        if (plain.kind === 'refused' || directory.kind === 'refused') expect(plain).toEqual(directory);
        else expect(directory.path.replace(/\/$/u, '')).toBe(plain.path.replace(/\/$/u, ''));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a canonical path is its own canonical path', () => {
    const piece = fc.oneof(
      fc.constantFrom('/', '.', '..', '%', '%2e', '%2f', '%25', ';', '//', '%C3%A9', 'a', '%41'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const first = canonicalPath(`/${pieces.join('')}`);
        if (first.kind === 'refused') return;
        expect(first.path).not.toMatch(/(?:^|\/)\.\.?(?:\/|$)|\/\/|\\/);
        expect(canonicalPath(first.path)).toEqual(first);
      }),
      { numRuns: 2_000 },
    );
  });
});
