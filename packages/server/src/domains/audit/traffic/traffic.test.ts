import type { EventRecord } from '@holdfast/contract';
import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { requestEvent } from '../test-ledger.ts';
import { createTraffic, type Traffic } from './traffic.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
let platform: TestPlatform;
let traffic: Traffic;

const open = (origin = 'node-a'): Traffic =>
  createTraffic({
    db: platform.db,
    clock: platform.clock,
    log: silentLog,
    origin,
    routes: {
      fold: (path) => path.replaceAll(/\d+/gu, '{}'),
      pseudonym: (text) => hash('sha256', text),
      seal: (text) => `sealed ${Buffer.from(text).toString('base64')}`,
      open: (text) => (text.startsWith('sealed ') ? Buffer.from(text.slice(7), 'base64').toString() : null),
    },
  });
const count = (amount: number, outcome = 'allowed', application = 'shop'): void =>
  traffic.takeCounters([['holdfast_requests_total', [application, outcome, outcome === 'blocked' ? '4xx' : '2xx'], amount]]);
const passed = (added: number): EventRecord =>
  requestEvent(1, { outcome: 'allowed' }, { findings: [], durationUs: 5000 + added, upstreamUs: 5000 });

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(() => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from audit_traffic; delete from audit_traffic_route');
  traffic = open();
});

describe('counted traffic', () => {
  it('is there at once, also before it is written, and is counted once after that', async () => {
    count(3);
    count(2, 'blocked');
    expect((await traffic.series({})).totals).toMatchObject({ allowed: 3, blocked: 2, recorded: 0 });
    await traffic.flush();
    expect((await traffic.series({})).totals).toMatchObject({ allowed: 3, blocked: 2 });
    count(1);
    await traffic.flush();
    await traffic.flush();
    expect((await traffic.series({ application: 'shop' })).totals).toMatchObject({ allowed: 4, blocked: 2 });
    expect((await traffic.series({ application: 'blog' })).totals).toMatchObject({ allowed: 0, blocked: 0 });
  });

  it('tells all applications together and each by itself, also requests of none', async () => {
    count(3);
    count(4, 'blocked', 'blog');
    count(5, 'refused', '');
    const all = { allowed: 3, blocked: 4, refused: 5, recorded: 0, failed: 0 };
    for (const since of [undefined, platform.clock.now() - 90 * DAY_MS]) {
      expect((await traffic.series({ since })).totals).toMatchObject(all);
      await traffic.flush();
      expect((await traffic.series({ since })).totals).toMatchObject(all);
      expect((await traffic.series({ since, application: 'blog' })).totals).toMatchObject({ allowed: 0, blocked: 4, refused: 0 });
      expect((await traffic.top({ since, by: 'status', limit: 10 })).total).toBe(12);
    }
  });

  it('survives its process, and adds up over nodes', async () => {
    count(5);
    await traffic[Symbol.asyncDispose]();
    const first = traffic;
    traffic = open('node-b');
    count(7);
    await traffic.flush();
    expect((await traffic.series({})).totals.allowed).toBe(12);
    expect((await first.series({})).totals.allowed).toBe(12);
  });

  it('stands in every length of step', async () => {
    count(10);
    await traffic.flush();
    const now = platform.clock.now();
    for (const [step, since] of [
      ['10s', now - HOUR_MS],
      ['1m', now - HOUR_MS],
      ['1h', now - 30 * HOUR_MS],
      ['1d', now - 90 * DAY_MS],
    ] as const) {
      const series = await traffic.series({ step, since });
      expect(series.totals.allowed, step).toBe(10);
      expect(series.points.reduce((sum, point) => sum + point.allowed, 0)).toBe(10);
      expect(series.points.at(-1)?.time).toBeLessThanOrEqual(now);
    }
  });

  it('chooses a step that fits the span, and refuses a span that is too fine', async () => {
    const now = platform.clock.now();
    expect((await traffic.series({ since: now - HOUR_MS })).step).toBe('10s');
    expect((await traffic.series({ since: now - 12 * HOUR_MS })).step).toBe('1m');
    expect((await traffic.series({ since: now - 7 * DAY_MS })).step).toBe('1h');
    expect((await traffic.series({ since: now - 90 * DAY_MS })).step).toBe('1d');
    await expect(traffic.series({ since: now - 90 * DAY_MS, step: '10s' })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(traffic.series({ since: now + HOUR_MS })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('tells what was added to the time of requests, not what the application took', async () => {
    traffic.takeEvents([...Array.from({ length: 95 }, () => passed(300)), ...Array.from({ length: 5 }, () => passed(90_000))]);
    const { totals } = await traffic.series({});
    expect(totals.p50Us).toBeGreaterThan(200);
    expect(totals.p50Us).toBeLessThan(400);
    expect(totals.p95Us).toBeLessThan(400);
    traffic.takeEvents(Array.from({ length: 5 }, () => passed(90_000)));
    expect((await traffic.series({})).totals.p95Us).toBeGreaterThan(50_000);
    traffic.takeEvents([requestEvent(2, {}, { protocol: 'websocket', durationUs: 9e9, upstreamUs: 10 })]);
    expect((await traffic.series({})).totals.p95Us).toBeLessThan(200_000);
  });
});

describe('where most came from', () => {
  it('is told by rule, group, status and route, and the route is unreadable where it is stored', async () => {
    count(4, 'blocked');
    traffic.takeCounters([
      ['holdfast_rule_hits_total', ['shop', 'sqli.union'], 3],
      ['holdfast_rule_hits_total', ['shop', 'sqli.tautology'], 2],
      ['holdfast_rule_hits_total', ['shop', 'xss.handler'], 1],
      ['holdfast_unknown_total', ['shop'], 9],
    ]);
    traffic.takeEvents([requestEvent(1, {}, { path: '/orders/17' }), requestEvent(2, {}, { path: '/orders/18' }), passed(1)]);
    expect((await traffic.top({ by: 'rule', limit: 2 })).items).toEqual([
      { key: 'sqli.union', count: 3 },
      { key: 'sqli.tautology', count: 2 },
    ]);
    expect(await traffic.top({ by: 'group', limit: 10 })).toMatchObject({
      total: 6,
      items: [{ key: 'sqli', count: 5 }, { key: 'xss' }],
    });
    expect((await traffic.top({ by: 'status', limit: 10 })).items).toEqual([{ key: '4xx', count: 4 }]);
    await traffic.flush();
    expect((await traffic.top({ by: 'route', limit: 10 })).items).toEqual([{ key: 'GET /orders/{}', count: 2 }]);
    const stored = JSON.stringify(await platform.db.query('select * from audit_traffic, audit_traffic_route'));
    expect(stored).not.toContain('orders');
  });

  it('a scanner does not make a route of each word it tries', async () => {
    traffic.takeEvents(Array.from({ length: 1000 }, (_, index) => requestEvent(index, {}, { path: `/${'x'.repeat(index)}` })));
    await traffic.flush();
    const [row] = await platform.db.query<{ count: number }>(
      "select count(*)::integer as count from audit_traffic where kind = 'route' and step = 10 and application = 'shop'",
    );
    expect(row?.count).toBe(200);
  });
});

describe('sign-ins', () => {
  it('are counted from records, by what became of them', async () => {
    for (const type of [
      'identity.signed-in',
      'identity.signed-in',
      'identity.sign-in-refused',
      'identity.locked-out',
      'ban.added',
    ])
      traffic.takeRecord({ type, application: null });
    const sum = async (): Promise<unknown> =>
      (await traffic.signIns({})).points.reduce(
        (total, point) => ({
          succeeded: total.succeeded + point.succeeded,
          refused: total.refused + point.refused,
          lockedOut: total.lockedOut + point.lockedOut,
        }),
        { succeeded: 0, refused: 0, lockedOut: 0 },
      );
    expect(await sum()).toEqual({ succeeded: 2, refused: 1, lockedOut: 1 });
    await traffic.flush();
    expect(await sum()).toEqual({ succeeded: 2, refused: 1, lockedOut: 1 });
    expect((await traffic.series({})).totals.allowed).toBe(0);
  });
});

describe('keeping', () => {
  it('forgets short intervals first and keeps days for more than a year', async () => {
    const old = platform.clock.now() - 40 * DAY_MS;
    for (const step of [10, 60, 3600, 86_400])
      await platform.db.query(`insert into audit_traffic values ('outcome', $1, $2, 'shop', 'allowed', 'node-a', 1)`, [
        step,
        old,
      ]);
    await traffic.flush();
    expect(await platform.db.query('select step from audit_traffic')).toEqual([{ step: 86_400 }]);
  });

  it('waits for a database that is away', async () => {
    const broken = createTraffic({
      db: { ...platform.db, transaction: () => Promise.reject(new RangeError('away')) },
      clock: platform.clock,
      log: silentLog,
      origin: 'node-a',
      routes: { fold: (path) => path, pseudonym: (text) => text, seal: (text) => text, open: (text) => text },
    });
    broken.takeCounters([['holdfast_requests_total', ['shop', 'allowed', '2xx'], 4]]);
    await broken.flush();
    expect((await broken.series({})).totals.allowed).toBe(4);
  });
});
