import type { ClockView, IncidentAware } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTableArea } from '../../../platform/keyring/areas/table-area.ts';
import type { Clocks } from './clocks.ts';
import { openClocksStand, type ClocksStand } from './clocks-stand.ts';
import { INCIDENT, madeIncident } from '../made-incident.ts';
import { addMonths, DAY_MS } from './due.ts';
import { sealedInClocks } from './sealed.ts';

const HOUR_MS = 3_600_000;
const ada = { kind: 'token' as const, ref: 'ada' };
let stand: ClocksStand;
let clocks: Clocks;

beforeAll(async () => {
  stand = await openClocksStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  clocks = stand.open();
});
afterEach(async () => clocks[Symbol.asyncDispose]());

const now = (): number => stand.platform.clock.now();
const start = (change: Partial<IncidentAware> = {}): Promise<readonly ClockView[]> =>
  clocks.start(INCIDENT, { awareAt: now(), reason: 'orders of others were read', ...change }, ada);
const records = (type: string) => stand.platform.recorded.filter((event) => event.type === type);
const shares = () => records('clock.warned').map(({ payload }) => payload['share']);
const byRule = (views: readonly ClockView[], rule: string): ClockView => {
  const found = views.find((view) => view.rule === rule);
  if (found === undefined) throw new Error(`no clock ${rule}`);
  return found;
};
const read = async (rule: string): Promise<ClockView> => byRule(await clocks.of(INCIDENT), rule);

describe('scenario 12: a breach that was known at T', () => {
  it('warns at 36 h, 54 h and 64.8 h, once each, says that it is over at 72 h, and then asks for a reason', async () => {
    await start({ rules: ['gdpr-33'] });
    await clocks.tick();
    expect(stand.told).toEqual([]);
    let at = 0;
    for (const [hours, share] of [
      [36, 50],
      [54, 75],
      [64.8, 90],
      [72, 100],
    ] as const) {
      // A minute before there is nothing to say.
      stand.platform.advance(hours * HOUR_MS - at - 60_000);
      await clocks.tick();
      expect(shares()).not.toContain(share);
      stand.platform.advance(60_000);
      at = hours * HOUR_MS;
      await clocks.tick();
      await clocks.tick();
      expect(shares().at(-1)).toBe(share);
    }
    expect(shares()).toEqual([50, 75, 90, 100]);
    expect(stand.told.map(({ severity }) => severity)).toEqual(['high', 'high', 'critical', 'critical']);
    expect(stand.told[0]).toMatchObject({ link: `https://localhost:8443/incidents/${INCIDENT}`, channel: null });
    expect(await read('gdpr-33')).toMatchObject({ state: 'running', warned: [50, 75, 90, 100] });
    const late = clocks.settle({ incident: INCIDENT, clock: 'gdpr-33' }, { state: 'missed', reason: 'the lawyer was away' }, ada);
    expect(await late).toMatchObject({ state: 'missed', reason: 'the lawyer was away', settledBy: 'token:ada' });
    expect(records('clock.settled')).toMatchObject([{ reason: 'the lawyer was away', payload: { state: 'missed' } }]);
    stand.platform.advance(100 * HOUR_MS);
    await clocks.tick();
    expect(stand.told).toHaveLength(4);
  });

  it('tells after a pause of the highest share alone; the record names those that were passed over', async () => {
    await start({ rules: ['gdpr-33'], awareAt: now() - 70 * HOUR_MS });
    expect(records('clock.warned')).toMatchObject([{ payload: { share: 90, passedOver: [50, 75] } }]);
    expect(stand.told).toHaveLength(1);
    expect((await read('gdpr-33')).warned).toEqual([90]);
  });

  it('is told once by several nodes, after a restart, and when a clock was set back', async () => {
    await start({ rules: ['gdpr-33'] });
    const others = [stand.open(), stand.open()];
    stand.platform.advance(36 * HOUR_MS + 1000);
    await Promise.all([clocks, ...others].map((node) => node.tick()));
    expect(shares()).toEqual([50]);
    stand.platform.advance(-20 * HOUR_MS);
    await clocks.tick();
    stand.platform.advance(20 * HOUR_MS);
    await stand.open().tick();
    expect(shares()).toEqual([50]);
    for (const node of others) await node[Symbol.asyncDispose]();
  });

  it('warns without being asked, when the time has come', async () => {
    await start({ rules: ['gdpr-33'], awareAt: now() - 36 * HOUR_MS + 1500 });
    await expect.poll(() => stand.told.length, { timeout: 15_000, interval: 20 }).toBe(1);
    const [warned] = records('clock.warned');
    const { startedAt } = await read('gdpr-33');
    expect(warned?.time).toBeGreaterThanOrEqual(startedAt + 36 * HOUR_MS);
  });

  it('does nothing by halves: what cannot be recorded is not told, and is told once it can', async () => {
    await start({ rules: ['gdpr-33'] });
    stand.platform.advance(37 * HOUR_MS);
    stand.platform.failRecording(true);
    await clocks.tick();
    expect([stand.told.length, (await read('gdpr-33')).warned]).toEqual([0, []]);
    stand.platform.failRecording(false);
    await clocks.tick();
    expect([stand.told.length, (await read('gdpr-33')).warned]).toEqual([1, [50]]);
  });
});

describe('starting', () => {
  it('starts every rule that is on, each once, and keeps what runs', async () => {
    const awareAt = now() - HOUR_MS;
    const first = await start({ awareAt });
    expect(first.map(({ rule }) => rule).toSorted()).toEqual([
      'gdpr-33',
      'gdpr-34',
      'nis2-early-warning',
      'nis2-final',
      'nis2-notification',
    ]);
    expect(byRule(first, 'gdpr-33')).toMatchObject({ startedAt: awareAt, dueAt: awareAt + 72 * HOUR_MS, state: 'running' });
    expect(byRule(first, 'gdpr-34').dueAt).toBeNull();
    expect(stand.incidents.get(INCIDENT)?.awareAt).toBe(awareAt);
    expect(records('clock.started')).toHaveLength(5);
    expect(await start({ awareAt: now() })).toEqual(first);
    expect(records('clock.started')).toHaveLength(5);
    expect((await clocks.running()).at(0)?.rule).toBe('nis2-early-warning');
  });

  it('refuses times to come, times of long ago, rules that are not there and incidents that are not there', async () => {
    await expect(start({ awareAt: now() + 120_000 })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(start({ awareAt: now() - 367 * DAY_MS })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(start({ rules: ['__proto__'] })).rejects.toMatchObject({ errors: [{ pointer: '/rules/0' }] });
    const away = clocks.start('01ARZ3NDEKTSV4RRFFQ69G5FAW', { awareAt: now(), reason: 'a test' }, ada);
    await expect(away).rejects.toMatchObject({ code: 'not-found' });
    expect(await clocks.of(INCIDENT)).toEqual([]);
    // A browser whose clock is a little ahead.
    const [clock] = await start({ awareAt: now() + 30_000, rules: ['gdpr-33'] });
    expect(clock?.startedAt).toBeLessThanOrEqual(now());
  });

  it('marks what is a drill', async () => {
    stand.incidents.set(INCIDENT, madeIncident({ isDrill: true }));
    const [clock] = await start({ rules: ['gdpr-33'], awareAt: now() - 40 * HOUR_MS });
    expect(clock?.isDrill).toBe(true);
    expect(stand.told[0]?.title).toMatch(/^DRILL: /u);
    expect(stand.told[0]?.text).toContain('This is a drill');
    const [entry] = await clocks.timeline(INCIDENT);
    expect(entry).toMatchObject({ lane: 'clock', index: 0, actor: 'token:ada' });
    expect(entry?.title).toMatch(/^DRILL: /u);
  });
});

describe('a clock without an hour', () => {
  it('reminds daily until it is settled, and each day once', async () => {
    await start({ rules: ['gdpr-34'] });
    for (let day = 1; day <= 3; day += 1) {
      stand.platform.advance(DAY_MS);
      await clocks.tick();
      await clocks.tick();
      expect(stand.told).toHaveLength(day);
    }
    await clocks.settle(
      { incident: INCIDENT, clock: 'gdpr-34' },
      { state: 'met', at: now() - HOUR_MS, reason: 'letters went out' },
      ada,
    );
    stand.platform.advance(3 * DAY_MS);
    await clocks.tick();
    expect(stand.told).toHaveLength(3);
    expect(await read('gdpr-34')).toMatchObject({ state: 'met', warned: [] });
  });
});

describe('a report that follows another', () => {
  it('counts a calendar month from when the notification was filed, and until then from when that is due', async () => {
    const awareAt = now() - HOUR_MS;
    const started = await start({ awareAt });
    const due = byRule(started, 'nis2-notification').dueAt ?? 0;
    expect(byRule(started, 'nis2-final')).toMatchObject({ startedAt: due, dueAt: addMonths(due, 1) });
    const filed = now() - 1000;
    await clocks.settle(
      { incident: INCIDENT, clock: 'nis2-notification' },
      { state: 'met', at: filed, reason: 'filed with the CSIRT' },
      ada,
    );
    expect(await read('nis2-final')).toMatchObject({ startedAt: filed, dueAt: addMonths(filed, 1), state: 'running' });
    expect(records('clock.moved')).toMatchObject([{ payload: { rule: 'nis2-final', startedAt: filed } }]);
  });

  it('stays where it is when the notification is not needed', async () => {
    const before = byRule(await start(), 'nis2-final');
    await clocks.settle({ incident: INCIDENT, clock: 'nis2-notification' }, { state: 'not-needed', reason: 'not in scope' }, ada);
    expect(await read('nis2-final')).toEqual(before);
  });
});

describe('settling', () => {
  it('asks when it was filed; what was filed late was missed, and what is not over is not missed', async () => {
    await start({ awareAt: now() - 71 * HOUR_MS, rules: ['gdpr-33', 'nis2-early-warning'] });
    const settle = (rule: string, input: Parameters<Clocks['settle']>[1]) =>
      clocks.settle({ incident: INCIDENT, clock: rule }, input, ada);
    const reason = 'a reason';
    await expect(settle('gdpr-33', { state: 'met', reason })).rejects.toMatchObject({ errors: [{ pointer: '/at' }] });
    await expect(settle('gdpr-33', { state: 'missed', reason })).rejects.toMatchObject({ errors: [{ pointer: '/state' }] });
    await expect(settle('gdpr-33', { state: 'met', at: now() + HOUR_MS, reason })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    const early = now() - 72 * HOUR_MS;
    await expect(settle('gdpr-33', { state: 'met', at: early, reason })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await settle('gdpr-33', { state: 'met', at: now(), reason })).toMatchObject({ state: 'met' });
    const late = { state: 'met', at: now() - HOUR_MS, reason: 'nobody saw it' } as const;
    expect(await settle('nis2-early-warning', late)).toMatchObject({
      state: 'missed',
      reason: 'nobody saw it',
      settledAt: late.at,
    });
    await expect(settle('gdpr-33', { state: 'not-needed', reason })).rejects.toMatchObject({ code: 'conflict' });
    await expect(settle('nis2-final', { state: 'not-needed', reason })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is done by one of two', async () => {
    await start({ rules: ['gdpr-33'] });
    const settle = (node: Clocks) =>
      node.settle({ incident: INCIDENT, clock: 'gdpr-33' }, { state: 'not-needed', reason: 'no personal data' }, ada);
    const second = stand.open();
    const ends = await Promise.allSettled([settle(clocks), settle(second)]);
    await second[Symbol.asyncDispose]();
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(records('clock.settled')).toHaveLength(1);
  });

  it('keeps the reason sealed', async () => {
    await start({ rules: ['gdpr-33'] });
    await clocks.settle({ incident: INCIDENT, clock: 'gdpr-33' }, { state: 'not-needed', reason: 'Ann Example asked' }, ada);
    const stored = JSON.stringify(await stand.platform.db.query('select * from incident_clock'));
    expect(stored).not.toContain('Ann Example');
    const [column] = sealedInClocks;
    if (column === undefined) throw new Error('nothing is sealed');
    const area = createTableArea(stand.platform.db, stand.keyring, column);
    expect([...(await area.count()).values()]).toEqual([1]);
    expect((await read('gdpr-33')).reason).toBe('Ann Example asked');
  });
});

describe('rules', () => {
  const own = {
    id: 'contract-a',
    title: 'Customer A',
    source: 'contract, 7.2',
    hours: 4,
    months: null,
    after: null,
    to: 'other',
    isOn: true,
  } as const;

  it('of others are added, changed, removed, and start like ours', async () => {
    expect(await clocks.setRule(own, ada)).toEqual({ ...own, isBuiltIn: false });
    await clocks.setRule({ ...own, hours: 0.5 }, ada);
    const [clock] = await start({ rules: ['contract-a'] });
    expect((clock?.dueAt ?? 0) - (clock?.startedAt ?? 0)).toBe(HOUR_MS / 2);
    await clocks.removeRule('contract-a', ada);
    expect((await clocks.rules()).map(({ id }) => id)).not.toContain('contract-a');
    expect(await read('contract-a')).toMatchObject({ title: 'Customer A', state: 'running' });
    expect(records('clock.rule-changed').map(({ payload }) => payload['change'])).toEqual(['added', 'changed', 'removed']);
  });

  it('of ours are switched off and on, never edited or removed; one that is off starts when it is named', async () => {
    const ours = (await clocks.rules()).find(({ id }) => id === 'gdpr-34');
    if (ours === undefined) throw new Error('gdpr-34 is missing');
    const { isBuiltIn: _ours, ...words } = ours;
    await expect(clocks.setRule({ ...words, hours: 1 }, ada)).rejects.toMatchObject({ code: 'conflict' });
    await expect(clocks.removeRule('gdpr-34', ada)).rejects.toMatchObject({ code: 'conflict' });
    await clocks.setRule({ ...words, isOn: false }, ada);
    expect((await start()).map(({ rule }) => rule)).not.toContain('gdpr-34');
    expect((await start({ rules: ['gdpr-34'] })).map(({ rule }) => rule)).toContain('gdpr-34');
  });

  it('follow one that follows none', async () => {
    const after = (id: string) => clocks.setRule({ ...own, after: id }, ada);
    for (const id of ['nowhere', 'nis2-final', 'contract-a'])
      await expect(after(id)).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await after('gdpr-33')).toMatchObject({ after: 'gdpr-33' });
  });
});

it('figures say what runs, what is overdue and how long is left', async () => {
  await start({ rules: ['gdpr-33', 'nis2-early-warning'], awareAt: now() - 30 * HOUR_MS });
  expect(stand.metrics.get('holdfast_legal_clocks running')).toBe(1);
  expect(stand.metrics.get('holdfast_legal_clocks overdue')).toBe(1);
  expect(Math.round((stand.metrics.get('holdfast_legal_clock_seconds_left') ?? 0) / 3600)).toBe(-6);
});
