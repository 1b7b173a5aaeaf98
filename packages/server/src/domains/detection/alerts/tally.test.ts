import { SEVERITIES } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { detectionOf, openAlertsStand, type AlertsStand } from './test-alerts.ts';
import { countBegun, countKept, countOpen, HOUR_MS, sumUp } from './tally.ts';
import { tablesOf, type AlertDb } from './tables.ts';

let stand: AlertsStand;
let db: AlertDb;

beforeAll(async () => {
  stand = await openAlertsStand();
  db = tablesOf(stand.platform.db);
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => stand.clear());

const by = { actor: { kind: 'operator', ref: 'host:0' } } as const;
const now = (): number => stand.platform.clock.now();

/** What was counted as it came, and what is there when all of them are counted. */
async function compare(): Promise<void> {
  const rows = await db.selectFrom('detection_alert').select(['state', 'severity', 'created_at']).execute();
  const open = SEVERITIES.map(
    (_, rank) => rows.filter(({ state, severity }) => severity === rank && ['new', 'acknowledged'].includes(state)).length,
  );
  expect(await countOpen(db)).toEqual(open);
  expect(await countKept(db)).toBe(rows.length);
}

it('is right after each step in the life of an alert, also of many at once', async () => {
  await using alerts = stand.open();
  const take = async (...given: Parameters<typeof detectionOf>[0][]): Promise<void> => {
    alerts.take(given.map((one) => detectionOf({ time: now(), ...one })));
    await alerts.settle();
    await compare();
  };
  await take({ address: '203.0.113.1' }, { address: '203.0.113.2' }, { address: '203.0.113.3', severity: 'low' });
  await take({ address: '203.0.113.1', severity: 'critical' });
  expect(await countOpen(db)).toEqual([0, 1, 1, 0, 1]);
  const [one, two] = (await alerts.list({ state: 'open', limit: 10 })).items;
  if (one === undefined || two === undefined) throw new Error('assertion: there are alerts');
  await alerts.acknowledge(one.id, { reason: null }, by);
  await compare();
  await alerts.close(one.id, { verdict: 'benign', reason: 'a test' }, by);
  await compare();
  await alerts.reopen(one.id, { reason: null }, by);
  await compare();
  await alerts.suppress(
    { detector: 'web-path-traversal', entity: null, application: 'shop', days: 1, reason: 'a test' },
    by.actor,
  );
  await compare();
  await take({ address: '203.0.113.4' });
  await db.deleteFrom('detection_alert').where('id', '=', two.id).execute();
  await compare();
  await db.deleteFrom('detection_alert').execute();
  await compare();
  expect(await countOpen(db)).toEqual([0, 0, 0, 0, 0]);
});

it('says when they began, hour by hour, and is summed up without a difference', async () => {
  await using alerts = stand.open();
  for (let hour = 0; hour < 3; hour += 1) {
    for (let index = 0; index <= hour; index += 1) alerts.take([detectionOf({ time: now(), address: `203.0.113.${index}` })]);
    await alerts.settle();
    stand.platform.advance(HOUR_MS);
  }
  const begun = await countBegun(db, now(), 24);
  expect(begun.map(({ alerts: count }) => count).slice(-4)).toEqual([1, 2, 3, 0]);
  expect(begun[0]?.at).toBe((Math.floor(now() / HOUR_MS) - 23) * HOUR_MS);

  // As many changes as make summing up worth it.
  const open = await countOpen(db);
  for (let round = 0; round < 300; round += 1)
    for (const state of ['closed', 'new'] as const) await db.updateTable('detection_alert').set({ state }).execute();
  const rows = async (): Promise<number> => (await db.selectFrom('detection_alert_tally').select('seq').execute()).length;
  expect(await rows()).toBeGreaterThan(500);
  await sumUp(db, now());
  expect(await rows()).toBeLessThan(20);
  expect(await countOpen(db)).toEqual(open);
  expect(await countBegun(db, now(), 24)).toEqual(begun);
  await compare();
  await sumUp(db, now() + 72 * HOUR_MS);
  expect(await rows(), 'a few rows are left alone').toBeLessThan(20);
});
