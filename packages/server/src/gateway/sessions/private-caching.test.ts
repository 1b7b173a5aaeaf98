import { expect, test } from 'vitest';
import { keepPrivate } from './private-caching.ts';

test.each([
  [[], 'private'],
  [['public, max-age=600'], 'private, max-age=600'],
  [['max-age=600, s-maxage=900, Public'], 'private, max-age=600'],
  [['public', 'immutable'], 'private, immutable'],
  [['no-cache'], 'private, no-cache'],
  [['no-store'], 'no-store'],
  [['private, max-age=5'], 'private, max-age=5'],
  // Only the named field would be private.
  [['private="set-cookie, x-user", max-age=5'], 'private, max-age=5'],
  [['max-age=5, ",'], 'private, max-age=5'],
])('%j becomes %s', (given, wanted) => {
  const headers = keepPrivate([['etag', '"1"'], ...given.map((value): [string, string] => ['cache-control', value])]);
  expect(headers).toEqual([
    ['etag', '"1"'],
    ['cache-control', wanted],
  ]);
});

test('words for shared caches alone are left out', () => {
  expect(
    keepPrivate([
      ['cdn-cache-control', 'max-age=60'],
      ['surrogate-control', 'max-age=60'],
    ]),
  ).toEqual([['cache-control', 'private']]);
});
