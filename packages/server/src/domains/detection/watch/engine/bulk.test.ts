import { expect, it } from 'vitest';
import { bulkOf } from './bulk.ts';

const isBulk = bulkOf([
  { application: 'shop', route: '/export/{}' },
  { application: 'shop', route: '/backups/*' },
]);

it.each([
  ['shop', '/export/{}', true],
  ['shop', '/backups/2026/full', true],
  ['shop', '/export/{}/more', false],
  ['shop', '/backups', false],
  ['shop', '/backups-of-others/x', false],
  ['billing', '/export/{}', false],
  ['', '', false],
] as const)('of %s %s much may be fetched: %s', (application, route, expected) =>
  expect(isBulk(application, route)).toBe(expected),
);

it('is nothing where nobody marked a route', () => expect(bulkOf([])('shop', '/export/{}')).toBe(false));
