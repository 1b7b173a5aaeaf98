import { INCIDENT_FILE_BYTES_MAX, type IncidentDetail, type IncidentFile, type Permission } from '@holdfast/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Identity } from '../../domains/identity/index.ts';
import { createCases, type Cases } from '../../domains/incidents/index.ts';
import type { Protection } from '../../domains/protection/index.ts';
import { silentLog } from '../../platform/log.ts';
import { Refusal } from '../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/incidents';
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let cases: Cases;
let api: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  // What is sealed here is read by nobody else: texts as they are.
  const keyring = {
    isSealed: false,
    seal: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
    open: (text: string) => Buffer.from(text, 'base64'),
  };
  cases = createCases({
    ...platform,
    keyring,
    log: silentLog,
    node: 'test',
    metrics: { count: () => undefined, set: () => undefined },
    pseudonym: (subject) => subject,
    recordsOf: async () => Promise.resolve([]),
    indexesOf: async () => Promise.resolve(new Map()),
    ledgerSize: () => platform.recorded.length,
    hasApplication: async () => Promise.resolve(false),
    alerts: {
      list: async () => Promise.resolve({ items: [], next: null }),
      show: async () => Promise.reject(new Refusal('not-found')),
    },
    actions: async () => Promise.resolve([]),
    clocks: async () => Promise.resolve([]),
  });
  ({ identity, protection, api } = createTestApi(platform, { response: { cases } }));
}, 60_000);
afterAll(async () => {
  await cases[Symbol.asyncDispose]();
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

interface Sent {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function callerWith(...permissions: Permission[]) {
  const name = `${permissions.join('-').replaceAll(':', '-')}-${platform.recorded.length}`;
  const { token } = await identity.createToken({ name, permissions, days: 1 }, operator);
  return async (method: string, path: string, { body, headers = {} }: Sent = {}) =>
    api.request(path, {
      method,
      headers: { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}
// The contract of the API.
const bodyOf = async <Body>(answer: Response): Promise<Body> => (await answer.json()) as Body;

it('an incident is opened, read by id and number, and changed by whoever may', async () => {
  const write = await callerWith('incident:write', 'incident:read');
  const read = await callerWith('incident:read');
  const body = { title: 'A laptop was lost' };
  expect((await read('POST', AT, { body })).status).toBe(403);
  const opened = await write('POST', AT, { body });
  expect([opened.status, opened.headers.get('etag')]).toEqual([201, '"1"']);
  const incident = await bodyOf<IncidentDetail>(opened);
  for (const id of [incident.id, String(incident.number)])
    expect(await bodyOf<IncidentDetail>(await read('GET', `${AT}/${id}`))).toEqual(incident);
  for (const id of ['0', '-1', 'x', '1e3', `${incident.id}0`]) expect((await read('GET', `${AT}/${id}`)).status, id).toBe(400);
  expect((await read('GET', `${AT}/999999999`)).status).toBe(404);
  expect((await (await callerWith('alert:read'))('GET', AT)).status).toBe(403);
});

it('a change with If-Match is made to the revision that was read only, and what is missing is said', async () => {
  const write = await callerWith('incident:write', 'incident:read');
  const body = { title: 'Another' };
  const { number } = await bodyOf<IncidentDetail>(await write('POST', AT, { body }));
  const change = { owner: 'ada', reason: 'on call' };
  const early = await write('POST', `${AT}/${number}/move`, { body: { phase: 'contain', reason: 'at once' } });
  expect(early.status).toBe(409);
  expect(await early.json()).toMatchObject({ code: 'incident-not-ready', errors: [{ pointer: '/phase' }] });
  const first = await write('PATCH', `${AT}/${number}`, { body: change, headers: { 'if-match': '"1"' } });
  expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
  const late = await write('PATCH', `${AT}/${number}`, { body: { ...change, owner: 'bob' }, headers: { 'if-match': '"1"' } });
  expect(late.status).toBe(412);
});

it('the largest file goes in and comes out to be kept, never to be shown; one byte more does not', async () => {
  const write = await callerWith('incident:write', 'incident:read');
  const { number } = await bodyOf<IncidentDetail>(await write('POST', AT, { body: { title: 'With a file' } }));
  const content = Buffer.alloc(INCIDENT_FILE_BYTES_MAX, '<script>');
  const name = '</script>ä"\r\nx-evil: 1.html';
  const added = await write('POST', `${AT}/${number}/files`, { body: { name, content: content.toString('base64') } });
  expect(added.status).toBe(201);
  const file = await bodyOf<IncidentFile>(added);
  const given = await write('GET', `${AT}/${number}/files/${file.id}`);
  expect(given.headers.get('content-type')).toBe('application/octet-stream');
  expect(given.headers.get('x-content-type-options')).toBe('nosniff');
  expect(given.headers.get('content-security-policy')).toContain('sandbox');
  expect(given.headers.get('x-evil')).toBeNull();
  expect(given.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.() -]+"; filename\*=UTF-8''[\w.%~!-]+$/u);
  expect(Buffer.from(await given.arrayBuffer()).equals(content)).toBe(true);
  const larger = Buffer.alloc(INCIDENT_FILE_BYTES_MAX + 1).toString('base64');
  expect((await write('POST', `${AT}/${number}/files`, { body: { name: 'large', content: larger } })).status).toBe(400);
});

it('tasks, the timeline and the report are served', async () => {
  const write = await callerWith('incident:write', 'incident:read');
  const { number } = await bodyOf<IncidentDetail>(await write('POST', AT, { body: { title: 'With a task' } }));
  const task = await write('POST', `${AT}/${number}/tasks`, { body: { title: 'rotate the key' } });
  const { id } = await bodyOf<{ id: string }>(task);
  expect((await write('POST', `${AT}/${number}/tasks/${id}/done`)).status).toBe(200);
  const { entries } = await bodyOf<{ entries: { title: string }[] }>(await write('GET', `${AT}/${number}/timeline`));
  expect(entries.map(({ title }) => title)).toEqual(['Opened', 'Task: rotate the key', 'Done: rotate the key']);
  const report = await write('POST', `${AT}/${number}/report`);
  expect(await report.json()).toMatchObject({ markdown: expect.stringContaining('- [x] rotate the key') });
});
