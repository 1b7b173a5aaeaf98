import {
  alertEvents,
  controlEvents,
  requestCompleted,
  type AlertDetail,
  type Detection,
  type EventRecord,
} from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTableArea } from '../../../platform/keyring/areas/table-area.ts';
import { sortedJson, type Actor } from '../../applications/index.ts';
import type { Alerts } from './alerts.ts';
import { detectionOf, openAlertsStand, type AlertsStand } from './test-alerts.ts';
import { sealedInAlerts } from './sealed.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const operator: Actor = { kind: 'operator', ref: 'host:0' };
const by = { actor: operator };
const PERSON = 'Ada-Lovelace-CANARY';

let stand: AlertsStand;
let alerts: Alerts;
const told: AlertDetail[] = [];

beforeAll(async () => {
  stand = await openAlertsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  told.length = 0;
  alerts = stand.open();
  alerts.onTold((alert) => void told.push(alert));
});
afterEach(async () => alerts[Symbol.asyncDispose]());

const take = async (...found: readonly Detection[]): Promise<void> => {
  alerts.take(found);
  await alerts.settle();
};
const list = async (query: Partial<Parameters<Alerts['list']>[0]> = {}) =>
  (await alerts.list({ state: 'open', limit: 50, ...query })).items;
const only = async () => {
  const [one, ...more] = await list({ state: 'all' });
  if (one === undefined || more.length > 0) throw new Error(`assertion: there is one alert and ${more.length} more`);
  return one;
};
const now = (): number => stand.platform.clock.now();
/** The clock of these tests runs ahead. */
const found = (given: Parameters<typeof detectionOf>[0] = {}): Detection => detectionOf({ time: now(), ...given });
const types = (): string[] => stand.platform.recorded.map(({ type }) => type);

function requestOf(address: string): EventRecord {
  const { bus } = stand.platform;
  return bus.newEvent(requestCompleted, {
    actor: { kind: 'visitor', ref: '' },
    application: 'shop',
    outcome: 'allowed',
    subject: address,
    requestId: '0123456789AB',
    payload: {
      address,
      userAgent: 'curl',
      method: 'GET',
      host: 'shop.test',
      path: '/index.php',
      query: 'x=1',
      protocol: 'h2',
      status: 200,
      problem: null,
      mode: 'enforce',
      requestBytes: 0,
      responseBytes: 2,
      durationUs: 900,
      upstreamUs: 500,
      score: 0.1,
      findings: [],
      steps: [],
      snapshot: 1,
      masked: null,
    },
  });
}

describe('a detection', () => {
  it('becomes an alert that is recorded, told and counted', async () => {
    await take(found());
    const alert = await only();
    expect(alert).toMatchObject({ state: 'new', times: 1, severity: 'medium', risk: 20, group: alert.id, revision: 1 });
    expect(types()).toEqual([alertEvents.opened.type]);
    expect(told.map(({ id }) => id)).toEqual([alert.id]);
    expect(stand.metrics.get('holdfast_alerts_total rule medium')).toBe(1);
    expect(stand.metrics.get('holdfast_alerts_open medium')).toBe(1);
    expect((await alerts.show(alert.id)).steps.map(({ what }) => what)).toEqual(['opened']);
  });

  it('counts for the alert that is open when it comes again within a quarter of an hour, and for a new one later', async () => {
    const time = now() - HOUR_MS;
    await take(found({ time }), found({ time: time + 14 * MINUTE_MS, reason: 'again', severity: 'high' }));
    expect(await only()).toMatchObject({ times: 2, severity: 'high', reason: 'again', firstAt: time });
    await take(found({ time: time + 40 * MINUTE_MS }));
    expect(await list()).toHaveLength(2);
    expect(types()).toEqual([alertEvents.opened.type, alertEvents.opened.type]);
  });

  it('is told again when it grows worse, and not when it only comes again', async () => {
    const time = now();
    await take(found({ time }));
    await take(found({ time: time + 1000 }));
    expect(told).toHaveLength(1);
    await take(found({ time: time + 2000, severity: 'critical' }));
    expect(told.map(({ severity }) => severity)).toEqual(['medium', 'critical']);
  });

  it('counts once when it is told twice, also after a restart', async () => {
    const detection = found();
    await take(detection, detection);
    await alerts[Symbol.asyncDispose]();
    alerts = stand.open();
    await take(detection);
    expect((await only()).times).toBe(1);
    expect(types()).toHaveLength(1);
  });

  it('about another one, or by another detector, is another alert', async () => {
    await take(found(), found({ address: '198.51.100.7' }), found({ detector: 'B1', kind: 'behaviour' }));
    expect(await list()).toHaveLength(3);
    expect(await list({ detector: 'B1' })).toHaveLength(1);
    expect(await list({ entity: '198.51.100.7' })).toHaveLength(1);
    expect(await list({ entity: '198.51.100.8' })).toEqual([]);
  });

  it('of a wrong shape is refused and counted', async () => {
    await take({ ...found(), entities: [] });
    expect(await list()).toEqual([]);
    expect(alerts.figures()).toEqual({ waiting: 0, lost: 1 });
  });

  it('waits while the ledger refuses, and is taken afterwards', async () => {
    stand.platform.failRecording(true);
    alerts.take([found()]);
    await expect.poll(() => alerts.figures().waiting).toBe(1);
    expect(await list()).toEqual([]);
    stand.platform.failRecording(false);
    await alerts.settle();
    expect(await only()).toMatchObject({ state: 'new' });
    expect(alerts.figures()).toEqual({ waiting: 0, lost: 0 });
  });
});

describe('evidence', () => {
  it('is proved by the hash that the record of the alert carries', async () => {
    const event = requestOf('203.0.113.9');
    alerts.observe([event]);
    await take(found({ event }));
    const hash = createHash('sha256').update(sortedJson(event)).digest('hex');
    const shown = await alerts.show((await only()).id);
    expect(shown.evidence).toMatchObject([{ event: event.id, hash, index: null }]);
    expect(shown.index).toBe(0);
    expect(stand.platform.recorded[0]?.payload['evidence']).toEqual([{ event: event.id, hash }]);
  });

  it('that is a record of its own says where', async () => {
    const event = requestOf('203.0.113.9');
    await stand.platform.bus.record({ ...event, outcome: 'blocked' });
    await take(found({ event }));
    expect((await alerts.show((await only()).id)).evidence).toMatchObject([{ index: 0, hash: null }]);
  });
});

describe('groups', () => {
  const user = { kind: 'user', value: PERSON } as const;
  const route = { kind: 'route', value: '/login' } as const;
  const at = (address: string) => ({ kind: 'address', value: address }) as const;

  it('join alerts that share somebody within an hour, and are told by the oldest', async () => {
    const time = now() - 3 * HOUR_MS;
    await take(found({ time, entities: [at('203.0.113.1'), user] }));
    await take(found({ time: time + MINUTE_MS, entities: [at('203.0.113.2'), route] }));
    const apart = await list();
    expect(new Set(apart.map(({ group }) => group)).size).toBe(2);
    await take(found({ time: time + 2 * MINUTE_MS, entities: [at('203.0.113.3'), route, user] }));
    const joined = await list();
    expect(new Set(joined.map(({ group }) => group))).toEqual(new Set([joined.at(-1)?.id]));
    expect((await alerts.show(joined[0]?.id ?? '')).related).toHaveLength(2);
  });

  it('do not join what is hours apart, or shares only the application', async () => {
    const time = now() - 5 * HOUR_MS;
    const shop = { kind: 'application', value: 'shop' } as const;
    await take(found({ time, entities: [at('203.0.113.1'), user, shop] }));
    await take(found({ time: time + 2 * HOUR_MS, entities: [at('203.0.113.2'), user] }));
    await take(found({ time: time + MINUTE_MS, entities: [at('203.0.113.3'), shop] }));
    expect(new Set((await list()).map(({ group }) => group)).size).toBe(3);
  });
});

describe('risk', () => {
  it('adds up over alerts, is halved each day, and leads the summary', async () => {
    const time = now();
    await take(found({ time, severity: 'high' }), found({ time, severity: 'high', detector: 'B2' }));
    expect((await list()).map(({ risk }) => Math.round(risk))).toEqual([100, 100]);
    stand.platform.advance(DAY_MS);
    expect(Math.round((await list())[0]?.risk ?? 0)).toBe(50);
    const { risky, open, hours } = await alerts.summary();
    expect(risky).toMatchObject([{ entity: { kind: 'address', value: '203.0.113.9' }, alerts: 2 }]);
    expect(open).toEqual({ critical: 0, high: 2, medium: 0, low: 0, info: 0 });
    expect(hours).toHaveLength(24);
  });

  it('grows by a tenth for repetitions, at most once in a quarter of an hour', async () => {
    const time = stand.platform.clock.now();
    const again = Array.from({ length: 9 }, (_none, index) => found({ time: time + 1000 * (index + 1), severity: 'high' }));
    await take(found({ time, severity: 'high' }), ...again);
    await take(found({ time: time + 14 * MINUTE_MS, severity: 'high' }));
    expect(Math.round((await only()).risk)).toBe(50);
    await take(found({ time: time + 28 * MINUTE_MS, severity: 'high' }));
    expect(Math.round((await only()).risk)).toBe(55);
  });
});

describe('the life of an alert', () => {
  it('goes from new to acknowledged, closed and open again, each step recorded with its actor', async () => {
    await take(found());
    const { id } = await only();
    await alerts.acknowledge(id, { reason: 'looking' }, by);
    await alerts.assign(id, { assignee: 'ada' }, by);
    await alerts.note(id, { text: `asked ${PERSON}` }, by);
    expect(await alerts.close(id, { verdict: 'benign', reason: 'a scan of ours' }, by)).toMatchObject({
      state: 'closed',
      verdict: 'benign',
      assignee: 'ada',
    });
    expect(await list()).toEqual([]);
    const open = await alerts.reopen(id, { reason: 'it was not' }, by);
    expect(open).toMatchObject({ state: 'new', verdict: null });
    expect(open.steps.map(({ what }) => what)).toEqual(['opened', 'acknowledged', 'assigned', 'noted', 'closed', 'reopened']);
    const [, ...changes] = stand.platform.recorded;
    expect(changes.map(({ type, actor }) => [type, actor.ref])).toEqual([
      ...Array.from({ length: 3 }, () => [alertEvents.changed.type, 'host:0']),
      [alertEvents.closed.type, 'host:0'],
      [alertEvents.changed.type, 'host:0'],
    ]);
    expect(JSON.stringify(changes)).not.toContain(PERSON);
  });

  it('changes only the revision that somebody read', async () => {
    await take(found());
    const { id, revision } = await only();
    await alerts.acknowledge(id, { reason: null }, { ...by, revision });
    await expect(alerts.assign(id, { assignee: 'ada' }, { ...by, revision })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect((await only()).assignee).toBeNull();
  });

  it('is closed once, and a closed one is not acknowledged', async () => {
    await take(found());
    const { id } = await only();
    await alerts.close(id, { verdict: 'duplicate', reason: 'another one says it' }, by);
    await expect(alerts.close(id, { verdict: 'benign', reason: 'again' }, by)).rejects.toMatchObject({ code: 'conflict' });
    await expect(alerts.acknowledge(id, { reason: null }, by)).rejects.toMatchObject({ code: 'conflict' });
    await expect(alerts.show('01J8Z3K4M5N6P7Q8R9S0T1V2W3')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is over: what is found after that is a new alert', async () => {
    await take(found());
    await alerts.close((await only()).id, { verdict: 'true-positive', reason: 'done' }, by);
    await take(found({ reason: 'again' }));
    expect(await list({ state: 'all' })).toHaveLength(2);
  });
});

describe('a suppression', () => {
  const entity = { kind: 'address', value: '203.0.113.9' } as const;
  const input = { detector: 'web-path-traversal', entity, application: null, days: 1, reason: 'a scanner of ours' };

  it('hides what it covers, counts it, and lets everything else be told', async () => {
    const { id } = await alerts.suppress(input, operator);
    await take(found(), found({ address: '203.0.113.10' }), found({ detector: 'B5' }));
    expect(told.map(({ detector, entity: { value } }) => `${detector} ${value}`)).toEqual([
      'web-path-traversal 203.0.113.10',
      'B5 203.0.113.9',
    ]);
    expect(await list({ state: 'suppressed' })).toMatchObject([{ entity, risk: 20 }]);
    expect((await alerts.suppressions({ limit: 50 })).items).toMatchObject([
      { id, hits: 1, entity, createdBy: 'operator:host:0' },
    ]);
  });

  it('covers what is open already, and ends by time: then it is told', async () => {
    const time = now();
    await take(found({ time }));
    await alerts.suppress(input, operator);
    expect(await only()).toMatchObject({ state: 'suppressed' });
    stand.platform.advance(DAY_MS + 1000);
    await alerts.tick();
    expect((await alerts.suppressions({ limit: 50 })).items).toEqual([]);
    await take(found({ time: time + 10 * MINUTE_MS }));
    expect(await only()).toMatchObject({ state: 'new', times: 2 });
    expect(told).toHaveLength(2);
    const changes = stand.platform.recorded.filter(({ type }) => type === alertEvents.suppressionChanged.type);
    expect(changes.map(({ payload }) => payload['change'])).toEqual(['added', 'expired']);
  });

  it('ends when somebody says so', async () => {
    const { id } = await alerts.suppress(input, operator);
    await alerts.unsuppress(id, operator);
    await take(found());
    expect(told).toHaveLength(1);
    await expect(alerts.unsuppress(id, operator)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of everything is refused', async () => {
    const everything = { ...input, detector: null, entity: null };
    await expect(alerts.suppress(everything, operator)).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

describe('what is stored', () => {
  const user = { kind: 'user', value: PERSON } as const;
  const about = (): Detection => found({ entities: [user], reason: `${PERSON} was here`, figures: { who: PERSON } });
  const dump = async (): Promise<string> => {
    const rows = await Promise.all(
      ['detection_alert', 'detection_alert_entity', 'detection_alert_step', 'detection_risk', 'detection_suppression'].map(
        async (table) => stand.platform.db.query(`select * from ${table}`),
      ),
    );
    return JSON.stringify(rows);
  };

  it('names nobody in clear, and goes to the new key when the keys change', async () => {
    await alerts.suppress({ detector: null, entity: user, application: null, days: 1, reason: 'a test' }, operator);
    await take(found(), found({ entities: [{ kind: 'address', value: '203.0.113.1' }, user] }), about());
    const text = await dump();
    expect(text).not.toContain(PERSON);
    expect(text).not.toContain('203.0.113.9');
    for (const column of sealedInAlerts) {
      const area = createTableArea(stand.platform.db, stand.keyring, column);
      const counts = await area.count();
      expect(counts.size, column.name).toBe(1);
      for (const id of counts.keys()) expect(await area.sample(id), column.name).toBe(true);
    }
  });

  it('forgets an erased subject, and keeps that there was an alert', async () => {
    await take(about(), found());
    await alerts.note((await list({ entity: PERSON }))[0]?.id ?? '', { text: `asked ${PERSON}` }, by);
    const subject = stand.keyring.hmac('subject', `person:${PERSON}`).slice(0, 32);
    const { bus } = stand.platform;
    alerts.observe([bus.newEvent(controlEvents.subjectErased, { payload: { subject, basis: 'a request' } })]);
    await alerts.settle();
    expect(await list({ entity: PERSON })).toEqual([]);
    const all = await list({ state: 'all' });
    expect(all).toHaveLength(2);
    const shown = await Promise.all(all.map(async ({ id }) => alerts.show(id)));
    expect(JSON.stringify(shown)).not.toContain(PERSON);
    expect(JSON.stringify(shown)).toContain('203.0.113.9');
  });

  it('goes ninety days after it was closed, and not before', async () => {
    await take(found(), found({ address: '198.51.100.7' }));
    const [first] = await list();
    await alerts.close(first?.id ?? '', { verdict: 'benign', reason: 'nothing' }, by);
    stand.platform.advance(89 * DAY_MS);
    await alerts.tick();
    expect(await list({ state: 'all' })).toHaveLength(2);
    stand.platform.advance(2 * DAY_MS);
    await alerts.tick();
    expect(await list({ state: 'all' })).toMatchObject([{ state: 'new' }]);
    expect((await alerts.summary()).risky).toEqual([]);
  });
});
