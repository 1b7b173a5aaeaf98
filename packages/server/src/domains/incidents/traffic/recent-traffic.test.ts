import type { EventRecord } from '@holdfast/contract';
import { assert, constantFrom, integer, property, record, array, option } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecentTraffic } from './create-traffic.ts';
import { meets } from './places.ts';
import type { Touched } from './recent-traffic.ts';
import { ROWS_MAX } from './minute.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 0, 1);

interface Seen {
  readonly at?: number;
  readonly address?: string;
  readonly session?: string | null;
  readonly account?: string | null;
  readonly application?: string;
  readonly method?: string;
  readonly route?: string | null;
  readonly outcome?: EventRecord['outcome'];
}

/** What counts of a record. */
function eventOf({ at = 0, application = 'shop', outcome = 'allowed', ...seen }: Seen): EventRecord {
  const { address = '192.0.2.1', session = null, account = null, method = 'GET', route = '/' } = seen;
  return {
    id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    type: 'request.completed',
    version: 1,
    time: START + at,
    node: 'test',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: '' },
    application,
    target: '/',
    outcome,
    reason: null,
    requestId: null,
    trace: null,
    subject: address,
    payload: { address, session, account, method, route, path: '/', protocol: 'h2' },
  };
}

function stand() {
  let now = START;
  const traffic = createRecentTraffic({ clock: { now: () => now, monotonicMs: () => now } });
  return {
    traffic,
    see: (...all: readonly Seen[]) => traffic.observe(all.map(eventOf)),
    goTo: (ms: number) => void (now = START + ms),
  };
}

const ROUTE = { kind: 'route', application: 'shop', method: '*', route: '/pay/**' } as const;

describe('recent traffic', () => {
  it('counts requests, sessions and clients of what would be touched, and their share of all', () => {
    const { traffic, see, goTo } = stand();
    see({ address: '192.0.2.1', session: 's1', route: '/pay' }, { address: '192.0.2.1', session: 's1', route: '/pay/{}' });
    see({ address: '192.0.2.2', session: 's2', route: '/' }, { address: '192.0.2.3', application: 'blog', route: '/pay' });
    see({ address: '192.0.2.4', route: '/pay', outcome: 'blocked' }, { address: '192.0.2.5', route: '/pay', outcome: 'refused' });
    goTo(59 * MINUTE_MS);
    const impact = traffic.impactOf(ROUTE);
    expect(impact).toMatchObject({ requests: 2, sessions: 1, clients: 1 });
    expect(impact.share).toBeCloseTo(1 / 3);
    expect(traffic.impactOf({ kind: 'everybody' })).toMatchObject({ requests: 4, clients: 3, share: 1 });
    expect(traffic.impactOf({ kind: 'everybody' }, { except: ['192.0.2.2/31'] })).toMatchObject({ requests: 2, clients: 1 });
  });

  it('forgets what is older than an hour, and says what it does not know yet', () => {
    const { traffic, see, goTo } = stand();
    expect(traffic.impactOf({ kind: 'everybody' })).toEqual({
      requests: 0,
      sessions: 0,
      clients: 0,
      share: null,
      unknown: 'only the last 0 minutes are known: it counts since its start',
    });
    see({});
    goTo(59 * MINUTE_MS);
    expect(traffic.impactOf({ kind: 'everybody' }).requests).toBe(1);
    goTo(60 * MINUTE_MS);
    expect(traffic.impactOf({ kind: 'everybody' })).toMatchObject({ requests: 0, share: null, unknown: null });
    see({ at: 200 * MINUTE_MS, address: '192.0.2.9' }, { at: 100 * MINUTE_MS });
    goTo(200 * MINUTE_MS);
    expect(traffic.impactOf({ kind: 'everybody' })).toMatchObject({ requests: 1, clients: 1 });
  });

  it('holds so much and no more, and says what is left out', () => {
    const { traffic, goTo } = stand();
    goTo(60 * MINUTE_MS);
    const many = Array.from({ length: ROWS_MAX + 500 }, (_, index) =>
      eventOf({ at: 60 * MINUTE_MS, address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}` }),
    );
    traffic.observe(many);
    traffic.observe(many.slice(0, 100));
    const impact = traffic.impactOf({ kind: 'everybody' });
    expect(impact).toMatchObject({ requests: ROWS_MAX + 100, clients: ROWS_MAX });
    expect(impact.unknown).toContain('500 requests are not counted');
  });

  it('takes a network of IPv6 for one client: nobody is a crowd, and nobody fills the table', () => {
    const { traffic, see, goTo } = stand();
    goTo(60 * MINUTE_MS);
    const crowd = Array.from({ length: 70_000 }, (_none, at) => ({
      at: 60 * MINUTE_MS,
      address: `2001:db8:1:2::${(at >> 16).toString(16)}:${(at & 0xffff).toString(16)}`,
    }));
    see(...crowd, { at: 60 * MINUTE_MS, address: '2001:db8:1:3::1' }, { at: 60 * MINUTE_MS, address: '192.0.2.1' });
    expect(traffic.impactOf({ kind: 'everybody' })).toMatchObject({ requests: 70_002, clients: 3, unknown: null });
    const touched = (prefix: string) => traffic.impactOf({ kind: 'prefix', prefix });
    expect(touched('2001:db8:1:2::/64').clients).toBe(1);
    // Of one address in it nobody knows: it counts as all of them, and spares nobody.
    expect(touched('2001:db8:1:2::9')).toMatchObject({ requests: 70_000, clients: 1 });
    expect(touched('2001:db8:1::/48').clients).toBe(2);
    expect(traffic.impactOf({ kind: 'everybody' }, { except: ['2001:db8:1:2::9'] }).clients).toBe(3);
    expect(traffic.impactOf({ kind: 'everybody' }, { except: ['2001:db8:1:2::/64'] }).clients).toBe(2);
  });

  it.each([
    ['/pay/**', '/pay', true],
    ['/pay/**', '/Pay/{}/x', true],
    ['/pay/{}', '/pay/{}', true],
    ['/pay/7', '/pay/{}', true],
    ['/pay/7', '/pay/8', false],
    ['/pay', '/payment', false],
    ['/pay/{}', '/pay', false],
    ['/**', '/', true],
  ])('%s and %s share a path: %s', (wanted, seen, expected) => {
    expect(meets(wanted, seen)).toBe(expected);
  });
});

/** Addresses of one network of IPv6 are one client. */
const networkOf = (address = ''): string => (address.includes(':') ? address.slice(0, address.lastIndexOf('::')) : address);

/** The same, counted by hand. */
function oracle(all: readonly Seen[], touched: Touched, except: readonly string[], now: number) {
  const isSafe = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
  const minuteOf = (ms: number): number => Math.floor((START + ms) / MINUTE_MS);
  const held = all.filter((seen) => seen.outcome === 'allowed' && minuteOf(seen.at ?? 0) > minuteOf(now) - 60);
  const hit = held.filter((seen) => {
    if (except.includes(seen.address ?? '') && !seen.address?.includes(':')) return false;
    if (touched.kind === 'prefix') return seen.address === touched.prefix;
    if (touched.kind === 'session') return seen.session === touched.session;
    if (touched.kind === 'person') return seen.account === touched.person;
    if (touched.kind === 'everybody') return true;
    if (seen.application !== touched.application) return false;
    if (touched.kind === 'writes') return !isSafe(seen.method ?? '');
    if (touched.kind === 'application') return true;
    return (touched.method === '*' || touched.method === seen.method) && touched.route === seen.route;
  });
  const clients = new Set(held.map(({ address }) => networkOf(address))).size;
  const sessions = new Set(hit.filter(({ session }) => session !== null).map((seen) => seen.session)).size;
  const hitClients = new Set(hit.map(({ address }) => networkOf(address))).size;
  return { requests: hit.length, sessions, clients: hitClients, share: clients === 0 ? null : hitClients / clients };
}

it('agrees with an account by hand for any traffic in order', () => {
  const seen = record({
    step: integer({ min: 0, max: 5 * MINUTE_MS }),
    address: constantFrom('192.0.2.1', '192.0.2.2', '198.51.100.7', '2001:db8::1', '2001:db8::2'),
    session: option(constantFrom('s1', 's2', 's3')),
    account: option(constantFrom('p1', 'p2')),
    application: constantFrom('shop', 'blog'),
    method: constantFrom('GET', 'POST', 'DELETE'),
    route: constantFrom('/', '/pay', '/orders/{}'),
    outcome: constantFrom('allowed' as const, 'allowed' as const, 'blocked' as const),
  });
  const application = constantFrom('shop', 'blog');
  const touched = constantFrom<Touched['kind']>('prefix', 'session', 'person', 'route', 'application', 'writes', 'everybody');
  const place = record({ application, method: constantFrom('*', 'GET', 'POST'), route: constantFrom('/pay', '/') });
  assert(
    property(
      array(seen, { maxLength: 120 }),
      touched,
      place,
      option(constantFrom('192.0.2.1', '2001:db8::1')),
      (all, kind, at, spared) => {
        const { traffic, see, goTo } = stand();
        let now = 0;
        const timed = all.map(({ step, ...rest }) => ({ ...rest, at: (now += step) }));
        for (const one of timed) see(one);
        goTo(now);
        const what = { kind, prefix: '192.0.2.1', session: 's1', person: 'p1', ...at } as Touched;
        const except = spared === null ? [] : [spared];
        expect(traffic.impactOf(what, { except })).toMatchObject(oracle(timed, what, except, now));
      },
    ),
    { numRuns: 500 },
  );
});
