import { describe, expect, it } from 'vitest';
import { readinessOf, type ReadinessFacts } from './readiness.ts';
import type { RouteTotal } from './vector-store.ts';

const DAY_MS = 86_400_000;
const NOW = 1_790_000_000_000;
const route = (number: number, parts: Partial<RouteTotal> = {}): RouteTotal => ({
  method: 'GET',
  route: `/${number}`,
  requests: 600,
  clean: 590,
  firstHour: NOW - DAY_MS,
  lastCleanHour: NOW - DAY_MS,
  ...parts,
});
const twenty = (parts: Partial<RouteTotal> = {}): RouteTotal[] => Array.from({ length: 20 }, (_, index) => route(index, parts));
const facts = (parts: Partial<ReadinessFacts> = {}): ReadinessFacts => ({
  application: 'shop',
  mode: 'monitor',
  now: NOW,
  routes: twenty(),
  openCards: 0,
  selfTest: { passed: true, at: NOW - 3_600_000 },
  ...parts,
});
const missing = (parts: Partial<ReadinessFacts>): string[] =>
  readinessOf(facts(parts))
    .lines.filter(({ passed }) => !passed)
    .map(({ name }) => name);

describe('readiness', () => {
  it('is complete with enough traffic, routes seen lately, an empty inbox and a green self-test', () => {
    expect(readinessOf(facts())).toMatchObject({ ready: true });
    expect(readinessOf(facts()).lines.map(({ figure }) => figure)).toEqual([
      '12000 requests in 1 day (wanted: 10000 requests or 7 days)',
      '20 of 20 known routes seen in 7 days (wanted: 95 %)',
      '0 open cards (wanted: 0)',
      'green, 1 h ago (wanted: green, at most 7 days old)',
    ]);
  });

  it('takes seven days of little traffic for enough, but not no traffic', () => {
    expect(missing({ routes: twenty({ requests: 4, clean: 3, firstHour: NOW - 7 * DAY_MS }) })).toEqual([]);
    expect(missing({ routes: twenty({ requests: 4, clean: 3 }) })).toEqual(['traffic']);
    expect(missing({ routes: [] })).toEqual(['traffic', 'routes']);
  });

  it('wants known routes to be seen under the settings of today, and does not count what only scanners ask for', () => {
    const old = { lastCleanHour: NOW - 8 * DAY_MS };
    expect(missing({ routes: [...twenty(), route(20, old)] })).toEqual([]);
    expect(missing({ routes: [...twenty(), route(20, old), route(21, old)] })).toEqual(['routes']);
    expect(
      missing({ routes: [...twenty(), ...twenty({ clean: 0, lastCleanHour: 0 }), ...twenty({ clean: 1, ...old })] }),
    ).toEqual([]);
  });

  it('wants every card decided and a self-test that is green and not old', () => {
    expect(missing({ openCards: 1 })).toEqual(['inbox']);
    expect(missing({ selfTest: null })).toEqual(['self-test']);
    expect(missing({ selfTest: { passed: false, at: NOW } })).toEqual(['self-test']);
    expect(missing({ selfTest: { passed: true, at: NOW - 8 * DAY_MS } })).toEqual(['self-test']);
  });
});
