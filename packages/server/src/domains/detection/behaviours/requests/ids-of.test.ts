import type { EventRecord } from '@holdfast/contract';
import { expect, it } from 'vitest';
import { foldRoute } from '../../../../platform/http/fold-route.ts';
import { idsOf } from './ids-of.ts';

// Only these fields are read.
const event = (payload: Record<string, unknown>): EventRecord => ({ payload }) as unknown as EventRecord;

it.each([
  '/',
  '/products',
  '/orders/4711',
  '/orders/4711/items/12',
  '/users/ada@example.org',
  '/files/%7Bid%7D',
  `/a/${'x'.repeat(60)}/b`,
  `/${'1/'.repeat(40)}`,
])('finds in %s with the route of the gateway what it finds without', (path) => {
  for (const query of ['', 'page=2', 'orderId=99']) {
    const request = { method: 'GET', path, query };
    expect(idsOf(event({ ...request, route: foldRoute(path) }))).toEqual(idsOf(event({ ...request, route: null })));
  }
});

it('names the route and the id', () => {
  const request = { method: 'GET', path: '/orders/4711', query: '' };
  expect(idsOf(event({ ...request, route: '/orders/{}' }))).toEqual({ route: 'GET /orders/{}', id: '4711' });
  expect(idsOf(event({ ...request, path: '/orders', route: '/orders' }))).toBeNull();
});
