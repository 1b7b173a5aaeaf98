import type { ClockRule, ClockView, Notice, Permission } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Identity } from '../../domains/identity/index.ts';
import type { Clocks } from '../../domains/incidents/index.ts';
import type { Protection } from '../../domains/protection/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/incidents/7';
const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const view: ClockView = {
  id: ID,
  incident: '01ARZ3NDEKTSV4RRFFQ69G5FAW',
  rule: 'gdpr-33',
  title: 'Notification of the supervisory authority',
  source: 'GDPR',
  startedAt: 1000,
  dueAt: null,
  state: 'running',
  warned: [],
  settledAt: null,
  settledBy: null,
  reason: null,
  isDrill: false,
};
const rule: ClockRule = {
  id: 'own',
  title: 'Customer A',
  source: 'contract',
  hours: 4,
  months: null,
  after: null,
  to: 'other',
  isOn: true,
  isBuiltIn: false,
};
const notice: Notice = { rule: 'gdpr-33', title: 'x', madeAt: 1, markdown: '# DRAFT: x\n', missing: ['contact point'] };
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let api: Api;
/** What the room was asked. */
const asked: unknown[] = [];
const noted = async <Answer>(answer: Answer, ...what: readonly unknown[]): Promise<Answer> => {
  asked.push(what);
  return Promise.resolve(answer);
};
const clocks: Clocks = {
  rules: async () => Promise.resolve([rule]),
  setRule: async (given) => noted(rule, 'set', given.id),
  removeRule: async (id) => noted(undefined, 'remove', id),
  start: async (incident, input) => noted([view], 'start', incident, input),
  of: async () => Promise.resolve([view]),
  list: async (incident) => noted([view], 'list', incident),
  running: async () => Promise.resolve([view]),
  settle: async (which, input) => noted(view, 'settle', which, input),
  draft: async (incident, name) => noted(notice, 'draft', incident, name),
  timeline: async () => Promise.resolve([]),
  tick: async () => Promise.resolve(),
  [Symbol.asyncDispose]: async () => Promise.resolve(),
};

beforeAll(async () => {
  platform = await openTestPlatform();
  ({ identity, protection, api } = createTestApi(platform, { response: { clocks } }));
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked.length = 0;
});

let callers = 0;
async function callerWith(...permissions: Permission[]) {
  const { token } = await identity.createToken({ name: `clocks-${(callers += 1)}`, permissions, days: 1 }, operator);
  return async (method: string, path: string, body?: unknown) =>
    api.request(path, {
      method,
      headers: { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

it('clocks are started and settled by whoever may write, and seen by whoever may read', async () => {
  const [read, write] = [await callerWith('incident:read'), await callerWith('incident:write')];
  const aware = { awareAt: 1000, rules: ['gdpr-33'], reason: 'orders were read' };
  const settle = { state: 'not-needed', reason: 'the data was encrypted' };
  for (const [path, body] of [
    [`${AT}/aware`, aware],
    [`${AT}/clocks/gdpr-33/settle`, settle],
  ] as const)
    expect((await read('POST', path, body)).status, path).toBe(403);
  expect(asked).toEqual([]);
  const page = { items: [view], next: null };
  expect(await (await write('POST', `${AT}/aware`, aware)).json()).toEqual(page);
  expect(await (await read('GET', `${AT}/clocks`)).json()).toEqual(page);
  expect(await (await read('GET', '/api/v1/clocks')).json()).toEqual(page);
  expect((await write('POST', `${AT}/clocks/${ID}/settle`, settle)).status).toBe(200);
  expect(asked).toEqual([
    ['start', '7', aware],
    ['list', '7'],
    ['settle', { incident: '7', clock: ID }, settle],
  ]);
});

it('without a reason nothing is started or settled, and a state that is none is refused', async () => {
  const write = await callerWith('incident:write');
  expect((await write('POST', `${AT}/aware`, { awareAt: 1 })).status).toBe(400);
  expect((await write('POST', `${AT}/clocks/gdpr-33/settle`, { state: 'missed' })).status).toBe(400);
  expect((await write('POST', `${AT}/clocks/gdpr-33/settle`, { state: 'running', reason: 'a reason' })).status).toBe(400);
  expect(asked).toEqual([]);
});

it('a notice is drafted for whoever may read incidents', async () => {
  const answer = await (await callerWith('incident:read'))('GET', `${AT}/notices/gdpr-33`);
  expect(await answer.json()).toEqual(notice);
  expect((await (await callerWith('alert:read'))('GET', `${AT}/notices/gdpr-33`)).status).toBe(403);
  expect(asked).toEqual([['draft', '7', 'gdpr-33']]);
});

it('rules are set under their own address; hostile names and numbers reach nobody', async () => {
  const write = await callerWith('incident:write', 'incident:read');
  const { isBuiltIn: _shown, ...input } = rule;
  expect((await write('PUT', '/api/v1/clock-rules/other', input)).status).toBe(400);
  for (const id of ['__proto__', 'UP', 'a'.repeat(65)])
    expect((await write('PUT', `/api/v1/clock-rules/${id}`, { ...input, id })).status, id).toBe(400);
  for (const incident of ['0', '1e9', '-1', 'x'.repeat(26), '9999999999'])
    expect((await write('GET', `/api/v1/incidents/${incident}/clocks`)).status, incident).toBe(400);
  expect(asked).toEqual([]);
  expect((await write('PUT', '/api/v1/clock-rules/own', input)).status).toBe(200);
  expect(await (await write('GET', '/api/v1/clock-rules')).json()).toEqual({ items: [rule], next: null });
  expect((await write('DELETE', '/api/v1/clock-rules/own')).status).toBe(204);
  expect(asked).toEqual([
    ['set', 'own'],
    ['remove', 'own'],
  ]);
});
