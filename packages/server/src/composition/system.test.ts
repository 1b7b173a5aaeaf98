import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SystemPort } from '../api/parts.ts';
import { at, HOST, openTestSecrets, type TestSecrets } from '../domains/secrets/test-secrets.ts';
import { createMetrics } from '../platform/metrics.ts';
import { describeSystem } from './system.ts';

const DAY_MS = 86_400_000;
const PLACE = { application: 'shop', createdAt: 0, createdBy: 'operator:host:0' };
const cutOff = [
  { ...PLACE, id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3', kind: 'route', method: 'POST', route: '/pay/**', expiresAt: null },
  { ...PLACE, id: '01J8Z3K4M5N6P7Q8R9S0T1V2W4', kind: 'read-only', method: '*', route: null, expiresAt: 3_600_000 },
];
let stand: TestSecrets;
let system: SystemPort;

beforeAll(async () => {
  stand = await openTestSecrets();
  const { applications, platform } = stand;
  const audit = { status: () => ({ size: 1, state: 'open', projected: 1 }) };
  const shares = [
    { application: 'shop', kind: 'document', routes: { live: 10, covered: 7 } },
    { application: 'bare', kind: null, routes: { live: 4, covered: 0 } },
  ];
  const protection = {
    snapshots: { show: async () => Promise.resolve({ bans: 0 }), current: async () => Promise.resolve({ isolations: cutOff }) },
    isolations: { list: async () => Promise.resolve(cutOff) },
    learning: { coverage: { shares: async () => Promise.resolve(shares) } },
  };
  // Nothing else of the process is asked by the doctor and by metrics.
  const parts = {
    foundation: { ...platform, config: { node: 'one' } },
    domains: { applications, audit, protection },
    metrics: createMetrics({ withProcess: false }),
    held: { certificates: null },
    secrets: stand,
    detection: { watch: { health: () => ({ state: 'stopped', trouble: 'it ended', rules: { on: 0 } }) } },
  } as unknown as Parameters<typeof describeSystem>[0];
  const health = { live: true, started: true, ready: true, reasons: [] };
  system = describeSystem(parts)({ health: () => health, listeners: () => [], gateway: () => null });
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());

const line = async () => (await system.doctor()).find(({ name }) => name === 'secrets');
const gauge = async () => /^holdfast_secret_overdue (\d+)$/mu.exec(await system.metrics())?.[1];

test('secrets that are older than they may be are counted, and named by the doctor, until they are changed', async () => {
  for (const name of ['OLD', 'YOUNG']) await stand.secrets.write(at(name), { data: { value: 'x' } }, HOST);
  await stand.secrets.change(at('OLD'), { maxAgeDays: 30 }, HOST);
  await stand.secrets.change(at('YOUNG'), { maxAgeDays: 90 }, HOST);
  expect([await line(), await gauge()]).toEqual([undefined, '0']);
  stand.platform.advance(31 * DAY_MS);
  expect(await gauge()).toBe('1');
  expect(await line()).toMatchObject({ state: 'warning', detail: '1 older than they may be: shop/production/OLD' });
  await stand.secrets.write(at('OLD'), { data: { value: 'y' } }, HOST);
  expect([await line(), await gauge()]).toEqual([undefined, '0']);
});

test('routes under a schema are counted, and the doctor says where one lists too few of them', async () => {
  const text = await system.metrics();
  expect(text).toContain('holdfast_schema_routes{application="shop",covered="yes"} 7');
  expect(text).toContain('holdfast_schema_routes{application="shop",covered="no"} 3');
  expect(text).toContain('holdfast_schema_routes{application="bare",covered="no"} 4');
  const lines = (await system.doctor()).filter(({ name }) => name.startsWith('schema '));
  expect(lines).toMatchObject([{ name: 'schema shop', state: 'warning', detail: '7 of 10 live routes are listed' }]);
});

test('a watch that judges nothing is a warning of the doctor, and the server is ready all the same', async () => {
  const lines = (await system.doctor()).filter(({ name }) => name === 'watch');
  expect(lines).toMatchObject([{ state: 'warning', detail: 'it ended', next: 'holdfast detect health, holdfast logs' }]);
  expect(system.health().ready).toBe(true);
});

test('what is cut off is counted by kind, and the doctor says what, since when, by whom and what to do', async () => {
  const text = await system.metrics();
  expect(text).toContain('holdfast_isolations{kind="route"} 1');
  expect(text).toContain('holdfast_isolations{kind="read-only"} 1');
  expect(text).toContain('holdfast_isolations{kind="application"} 0');
  const lines = (await system.doctor()).filter(({ name }) => name === 'isolation shop');
  expect(lines).toMatchObject([
    {
      state: 'warning',
      detail: 'POST /pay/** is cut off since 1970-01-01T00:00:00Z by operator:host:0, until it is released',
      next: 'holdfast release 01J8Z3K4M5N6P7Q8R9S0T1V2W3 --check',
    },
    { state: 'warning', detail: 'it is only read since 1970-01-01T00:00:00Z by operator:host:0, until 1970-01-01T01:00:00Z' },
  ]);
});
