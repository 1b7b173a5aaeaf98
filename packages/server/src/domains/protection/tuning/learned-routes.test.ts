import { describe, expect, it } from 'vitest';
import { buildRoutes, learnedRoute } from './learned-routes.ts';

const routes = buildRoutes([
  '/product/{name}/review',
  '/product/{name}',
  '/product/new',
  '/orders/{number}',
  '/static/{name}.css',
  '/',
]);

describe('a path of an application that was learned', () => {
  it.each([
    ['/product/blue-shirt/review', '/product/{}/review'],
    ['/product/blue-shirt', '/product/{}'],
    ['/product/new', '/product/new'],
    ['/orders/4711', '/orders/{}'],
    ['/static/main.css', '/static/{}'],
    ['/', '/'],
  ])('%s is of route %s', (path, route) => {
    expect(learnedRoute(routes, path)).toBe(route);
  });

  it.each([
    ['/orders/open', '/orders/open'],
    ['/static/main.js', '/static/main.js'],
    ['/product/new/review', '/product/new/review'],
    ['/elsewhere/4711', '/elsewhere/{}'],
    ['/product', '/product'],
  ])('%s that was not is folded by its form: %s', (path, route) => {
    expect(learnedRoute(routes, path)).toBe(route);
  });

  it('without anything learned only the form decides', () => {
    expect(learnedRoute(buildRoutes([]), '/product/blue-shirt')).toBe('/product/blue-shirt');
  });
});
