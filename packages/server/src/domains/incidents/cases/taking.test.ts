import { incidentEvents, type AlertDetail, type IncidentDetail, type IncidentView } from '@holdfast/contract';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertOf, openCasesStand, type CasesStand } from './cases-stand.ts';
import type { Cases } from './cases.ts';

const HOUR_MS = 3_600_000;
const operator = { kind: 'operator', ref: 'host:0' } as const;
const by = { actor: operator };

let stand: CasesStand;
let cases: Cases;

beforeAll(async () => {
  stand = await openCasesStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  cases = stand.open();
});
afterEach(async () => cases[Symbol.asyncDispose]());

const now = (): number => stand.platform.clock.now();
const take = async (...alerts: readonly AlertDetail[]): Promise<void> => {
  for (const alert of alerts) stand.alerts.set(alert.id, alert);
  for (const alert of alerts) cases.take(alert);
  await cases.settle();
};
const list = async (phase: 'open' | 'all' = 'open'): Promise<readonly IncidentView[]> =>
  (await cases.list({ phase, limit: 200 })).items;
const only = async (): Promise<IncidentDetail> => {
  const [one, ...more] = await list('all');
  if (one === undefined || more.length > 0) throw new Error(`assertion: there is one incident and ${more.length} more`);
  return cases.show(one.id);
};
const types = (): string[] => stand.platform.recorded.map(({ type }) => type);
const close = async (id: string): Promise<unknown> =>
  cases.move(id, { phase: 'closed', reason: 'over', verdict: 'benign', lessons: [] }, by);

describe('an alert', () => {
  it('opens an incident when it is critical, with what it says, and is recorded', async () => {
    await take(alertOf({ number: 1, severity: 'critical' }));
    const incident = await only();
    expect(incident).toMatchObject({
      number: 1,
      phase: 'detect',
      severity: 'critical',
      cause: 'critical',
      application: 'shop',
      alerts: 1,
      revision: 1,
      title: 'SQL injection: address 203.0.113.9',
    });
    expect(incident.summary).toContain('one request from 203.0.113.9');
    expect(incident.entities).toEqual([{ kind: 'address', value: '203.0.113.9' }]);
    expect(types()).toEqual([incidentEvents.opened.type]);
    expect(await cases.show('1')).toEqual(incident);
  });

  it('opens one when somebody has gathered enough risk, and none just below', async () => {
    await take(alertOf({ number: 1, risk: 99.9 }));
    expect(await list()).toEqual([]);
    await take(alertOf({ number: 2, risk: 100, address: '203.0.113.10' }));
    expect(await only()).toMatchObject({ cause: 'risk', severity: 'medium' });
  });

  it('opens one when ids of others are walked through, naming route, ids and owner; another behaviour as severe does not', async () => {
    const about = {
      kind: 'behaviour',
      severity: 'high',
      reason: 'user a asked for 50 ids of GET /orders/{id} (1, 2, 3, 4, 5), 50 were refused',
      entities: [
        { kind: 'user', value: 'a' },
        { kind: 'route', value: '/orders/{}' },
      ],
      figures: { ids: 50, denied: 50 },
    } as const;
    await take(alertOf({ number: 1, detector: 'B10', ...about, entities: [{ kind: 'user', value: 'b' }], figures: {} }));
    expect(await list()).toEqual([]);
    await take(alertOf({ number: 2, detector: 'B5', ...about, entities: [...about.entities], figures: { ...about.figures } }));
    const incident = await only();
    expect(incident.cause).toBe('behaviour');
    expect(incident.entities).toEqual(about.entities);
    for (const said of ['/orders/{id} (1, 2, 3, 4, 5)', 'user a', 'route /orders/{}', 'denied 50'])
      expect(incident.summary).toContain(said);
  });

  it('joins an open incident that is about the same one, in the same application, within a day', async () => {
    const time = now() - HOUR_MS;
    await take(alertOf({ number: 1, severity: 'critical', lastAt: time }));
    await take(
      alertOf({ number: 2, severity: 'low', lastAt: time + HOUR_MS }),
      alertOf({ number: 3, application: 'blog' }),
      alertOf({ number: 4, address: '203.0.113.77' }),
      alertOf({ number: 5, lastAt: time + 30 * HOUR_MS, createdAt: time }),
    );
    const incident = await only();
    expect(incident.linkedAlerts).toEqual([2, 1].map((number) => alertOf({ number }).id));
    expect(incident.severity).toBe('critical');
  });

  it('that came before brings what it shares into the incident', async () => {
    await take(alertOf({ number: 1, severity: 'low' }));
    expect(await list()).toEqual([]);
    await take(alertOf({ number: 2, severity: 'critical' }));
    expect((await only()).alerts).toBe(2);
  });

  it('makes the incident worse when it grows worse, once, and not what somebody called less severe', async () => {
    await take(alertOf({ number: 1, risk: 100, severity: 'high' }));
    const { id } = await only();
    await cases.change(id, { severity: 'low', reason: 'only a test' }, by);
    await take(alertOf({ number: 1, risk: 100, severity: 'high' }));
    expect((await only()).severity).toBe('low');
    await take(alertOf({ number: 1, risk: 100, severity: 'critical' }));
    expect(await only()).toMatchObject({ severity: 'critical', alerts: 1 });
  });

  it('that was suppressed or closed opens nothing', async () => {
    await take(alertOf({ number: 1, severity: 'critical', state: 'suppressed' }));
    await take(alertOf({ number: 2, severity: 'critical', state: 'closed' }));
    expect(await list('all')).toEqual([]);
  });

  it('of a closed incident opens another one only when it goes on', async () => {
    const alert = alertOf({ number: 1, severity: 'critical', lastAt: now() - HOUR_MS });
    await take(alert);
    await close((await only()).id);
    await take(alert);
    expect(await list()).toEqual([]);
    await take({ ...alert, lastAt: now() + 1000 });
    expect(await list()).toHaveLength(1);
    expect(await list('all')).toHaveLength(2);
  });

  it('about nobody in particular joins what the same detector said before', async () => {
    const entities = [{ kind: 'application', value: 'shop' }] as const;
    const about = { severity: 'critical', detector: 'watch-behind', entities: [...entities] } as const;
    await take(alertOf({ number: 1, ...about, entities: [...entities] }));
    await take(alertOf({ number: 2, ...about, entities: [...entities] }));
    expect((await only()).alerts).toBe(2);
  });
});

describe('nothing is lost', () => {
  it('when the ledger refuses: the alert is looked at again', async () => {
    stand.platform.failRecording(true);
    await take(alertOf({ number: 1, severity: 'critical' }));
    expect(await list()).toEqual([]);
    stand.platform.failRecording(false);
    await cases.tick();
    await cases.settle();
    expect((await only()).number).toBe(1);
  });

  it('when the process is killed before it looked: the next one finds what was stored', async () => {
    const [first, second] = [alertOf({ number: 1, severity: 'critical' }), alertOf({ number: 2, severity: 'low' })];
    for (const alert of [first, second]) stand.alerts.set(alert.id, alert);
    await cases.tick();
    await cases.settle();
    expect((await only()).alerts).toBe(2);
  });

  it('when more come at once than may wait', async () => {
    const alerts = Array.from({ length: 305 }, (_none, at) => alertOf({ number: at + 1, severity: 'critical', risk: 100 }));
    for (const alert of alerts) stand.alerts.set(alert.id, alert);
    for (const alert of alerts) cases.take(alert);
    await cases.settle();
    await cases.tick();
    await cases.settle();
    expect((await only()).alerts).toBe(305);
  }, 120_000);
});

it('whatever the order and however often each comes, the incidents are the same', async () => {
  const alert = fc.record({
    address: fc.constantFrom('203.0.113.1', '203.0.113.2', '203.0.113.3'),
    application: fc.constantFrom('shop', 'blog'),
    severity: fc.constantFrom('low' as const, 'high' as const, 'critical' as const),
    risk: fc.constantFrom(20, 100),
  });
  const told = fc
    .array(alert, { minLength: 1, maxLength: 8 })
    .chain((given) => fc.tuple(fc.constant(given), fc.array(fc.nat(given.length - 1), { maxLength: 12 })));
  const outcome = async (alerts: readonly AlertDetail[], order: readonly number[]): Promise<string[]> => {
    await stand.clear();
    for (const at of order) {
      const one = alerts[at];
      if (one !== undefined) await take(one);
    }
    const found = await Promise.all((await list('all')).map(({ id }) => cases.show(id)));
    return found
      .map(({ linkedAlerts, severity, application }) => `${application} ${severity} ${linkedAlerts.join(' ')}`)
      .toSorted();
  };
  await fc.assert(
    fc.asyncProperty(told, async ([given, again]) => {
      const lastAt = now();
      const alerts = given.map((one, at) => alertOf({ number: at + 1, lastAt, ...one }));
      const straight = [...alerts.keys()];
      const mixed = [...again, ...straight.toReversed(), ...again];
      expect(await outcome(alerts, mixed)).toEqual(await outcome(alerts, straight));
    }),
    { numRuns: 15 },
  );
}, 120_000);
