import { applicationSchema, patchRuleSchema, type GatewayPatch } from '@holdfast/contract';
import type { CanonicalRequest } from '@holdfast/inspect';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { createRecentRequests } from './recent-requests.ts';

const HOUR_MS = 3_600_000;
const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:1' });
const rule = (parts: Partial<GatewayPatch> = {}): GatewayPatch =>
  patchRuleSchema.parse({
    id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    application: 'shop',
    method: '*',
    route: '/items/{}',
    location: 'query',
    parameter: 'q',
    match: { kind: 'constraint', characters: '[a-z]' },
    action: 'record',
    finding: null,
    expiresAt: 1,
    ...parts,
  });

interface Sent {
  readonly path?: string;
  readonly address?: string;
  readonly fields?: CanonicalRequest['fields'];
  readonly record?: Partial<Exchange['record']>;
  readonly body?: 'none' | 'stream' | 'spooled';
}

function open() {
  let now = 10 * HOUR_MS;
  const recent = createRecentRequests({ clock: { now: () => now, monotonicMs: () => now } });
  /** Only what is read of an exchange; each in a second of its own, unless time stands still. */
  const send = (sent: Sent = {}, isLater = true): void => {
    const { path = '/items/1', address = '192.0.2.1', fields = [{ location: 'query', name: 'q', value: 'green' }] } = sent;
    if (isLater) now += 1000;
    const record = { outcome: 'allowed', reason: null, problem: null, score: 0, status: 200, ...sent.record };
    const canonical = { method: 'GET', path, fields };
    const body = { kind: sent.body ?? 'none' };
    const exchange = { application: shop, canonical, record, body, clientAddress: address, startedAtMs: now, forwardAuth: null };
    // The memory reads nothing else of it.
    recent.note(exchange as unknown as Exchange);
  };
  return { recent, send, wait: (ms: number) => void (now += ms) };
}
const query = (name: string, value: string): CanonicalRequest['fields'] => [{ location: 'query', name, value }];

describe('recent requests in memory', () => {
  it.each<[string, Partial<Exchange['record']>, number]>([
    ['answered', {}, 1],
    ['recorded by a patch only', { outcome: 'recorded', reason: 'patch.01J8' }, 1],
    ['recorded by an attack rule', { outcome: 'recorded', reason: 'sqli.boolean', score: 0.95 }, 0],
    ['doubtful', { score: 0.4 }, 0],
    ['refused', { outcome: 'blocked', problem: 'request-blocked', status: 403 }, 0],
    ['answered with an error', { status: 500 }, 0],
  ])('are honest ones: %s', async (_name, record, requests) => {
    const { recent, send } = open();
    send({ record });
    expect((await recent.rehearse(rule())).requests).toBe(requests);
  });

  it('are judged as the gateway would, and each client is named once', async () => {
    const { recent, send } = open();
    send({ fields: query('q', 'Green!') });
    send({ fields: query('q', 'x1') });
    send({ fields: query('q', 'x1'), address: '192.0.2.2' });
    send();
    expect(await recent.rehearse(rule())).toEqual({
      requests: 4,
      unjudged: 0,
      touched: 3,
      addresses: ['192.0.2.1', '192.0.2.2'],
    });
  });

  it('hold no secret, no long value, no body that streamed, no cookie: those are told as not judged', async () => {
    const { recent, send } = open();
    for (const field of [query('password', 'hunter2'), query('api_key', 'x'), query('q', 'x'.repeat(2000))])
      send({ fields: field });
    send({ body: 'spooled' });
    expect(await recent.rehearse(rule({ parameter: 'password' }))).toMatchObject({ requests: 4, unjudged: 1, touched: 0 });
    expect(await recent.rehearse(rule())).toMatchObject({ unjudged: 1, touched: 0 });
    expect(await recent.rehearse(rule({ location: 'form' }))).toMatchObject({ unjudged: 1, touched: 0 });
    expect(await recent.rehearse(rule({ location: 'cookie' }))).toMatchObject({ unjudged: 4 });
    expect(await recent.rehearse(rule({ parameter: 'password', match: { kind: 'absent' } }))).toMatchObject({ touched: 1 });
  });

  it('are of the last hour, and gone when learning ends', async () => {
    const { recent, send, wait } = open();
    send();
    wait(HOUR_MS + 1);
    expect((await recent.rehearse(rule())).requests).toBe(0);
    send();
    expect((await recent.rehearse(rule())).requests).toBe(1);
    recent.follow([{ ...shop, learning: 'off' }]);
    expect((await recent.rehearse(rule())).requests).toBe(0);
  });

  it('are bounded: by the second, by the route, by the number of routes and in all', async () => {
    const flood = open();
    for (let index = 0; index < 100; index += 1) flood.send({}, false);
    expect((await flood.recent.rehearse(rule())).requests).toBe(20);
    const one = open();
    for (let index = 0; index < 200; index += 1) one.send();
    expect((await one.recent.rehearse(rule())).requests).toBe(50);
    const many = open();
    for (let index = 0; index < 300; index += 1)
      many.send({ path: `/${'abcdefghij'.charAt(index % 10)}x${'y'.repeat(index / 10)}/z` });
    expect((await many.recent.rehearse(rule({ route: '/{}/z' }))).requests).toBe(200);
    const large = open();
    const fields = Array.from({ length: 40 }, (_, index) => ({
      location: 'query' as const,
      name: `f${index}`,
      value: 'x'.repeat(1000),
    }));
    for (let index = 0; index < 100; index += 1) large.send({ path: `/${'y'.repeat(index / 4 + 1)}/z`, fields });
    const { requests } = await large.recent.rehearse(rule({ route: '/{}/z' }));
    expect(requests * 40 * 1000).toBeLessThanOrEqual(1_048_576);
    expect(requests).toBeGreaterThan(10);
  });
});
