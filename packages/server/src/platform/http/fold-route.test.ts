import { describe, expect, it } from 'vitest';
import { coversRoute, CUT_MARK, foldRoute, routeOf } from './fold-route.ts';

it.each([
  ['/', '/'],
  ['/orders/4711/note', '/orders/{}/note'],
  ['/u/ann@example.org', '/u/{}'],
  ['/files/%2e%2e%2fpasswd', '/files/{}'],
  [`/reset/${'aB3'.repeat(20)}`, '/reset/{}'],
  ['/articles/how-to-sew.html', '/articles/how-to-sew.html'],
])('%s is of route %s', (path, route) => {
  expect(foldRoute(path)).toBe(route);
});

it('a path that is too deep or was cut ends in a mark, and no exception covers it', () => {
  const deep = foldRoute('/a'.repeat(40));
  expect(deep.endsWith(`/${CUT_MARK}`)).toBe(true);
  expect(foldRoute(`/${'a/'.repeat(400)}`.slice(0, 512)).endsWith(CUT_MARK)).toBe(true);
  expect(coversRoute(deep.replace(CUT_MARK, '{}'), deep)).toBe(false);
});

it('an exception covers its route and narrower ones, never wider or other ones', () => {
  expect(coversRoute('/orders/{}/note', '/orders/{}/note')).toBe(true);
  expect(coversRoute('/orders/{}/note', '/orders/open/note')).toBe(true);
  expect(coversRoute('/orders/open/note', '/orders/{}/note')).toBe(false);
  expect(coversRoute('/orders/{}', '/orders/{}/note')).toBe(false);
  expect(coversRoute('/orders/{}', '/orders/')).toBe(false);
});

describe('routeOf', () => {
  it.each([
    ['/', '/'],
    ['/search', '/search'],
    ['/orders/4711/items', '/orders/{}/items'],
    ['/u/9f1b2c3d-0000-4000-8000-1234567890ab', '/u/{}'],
    ['/e/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/e/{}'],
    ['/blob/0123456789abcdef0123', '/blob/{}'],
    ['/v2/cafe', '/v2/cafe'],
  ])('%s -> %s', (path, route) => expect(routeOf(path)).toBe(route));
});
