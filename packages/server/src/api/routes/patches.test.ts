import { applicationSchema, patchTestSchema, patchViewSchema, type Permission } from '@holdfast/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApi } from '../test-api.ts';
import { createApplications } from '../../domains/applications/index.ts';
import { type Identity } from '../../domains/identity/index.ts';
import { type Protection } from '../../domains/protection/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/patches';
const INPUT = {
  application: 'shop',
  method: 'GET',
  route: '/search',
  location: 'query',
  parameter: 'q',
  match: { kind: 'attack', groups: ['sqli'] },
  reason: 'a test',
};
const READ: readonly Permission[] = ['patch:read'];
const WRITE: readonly Permission[] = ['patch:read', 'patch:write'];
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let api: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  const applications = createApplications(platform);
  const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' });
  await applications.create(shop, { actor: operator });
  ({ identity, protection, api } = createTestApi(platform, { applications }));
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

interface Sent {
  readonly permissions?: readonly Permission[];
  readonly headers?: Record<string, string>;
}

async function call(method: string, path: string, body?: unknown, { permissions = WRITE, headers = {} }: Sent = {}) {
  const { token } = await identity.createToken({ name: 'test', permissions: [...permissions], days: 1 }, operator);
  const all = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  const answer = await api.request(path, {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // Every answer of these routes is a JSON object.
  return { status: answer.status, tag: answer.headers.get('etag'), body: (await answer.json()) as Record<string, unknown> };
}
const add = async (parts: object = {}) => patchViewSchema.parse((await call('POST', AT, { ...INPUT, ...parts })).body);

it('a patch goes from recording over a test to refusing, and back', async () => {
  const made = await call('POST', AT, INPUT);
  expect(made).toMatchObject({ status: 201, tag: '"1"', body: { state: 'detect', source: 'person' } });
  const at = `${AT}/${patchViewSchema.parse(made.body).id}`;
  expect(await call('POST', `${at}/enforce`, {})).toMatchObject({ status: 409, body: { code: 'patch-not-ready' } });
  const tested = await call('POST', `${at}/test`);
  expect(patchTestSchema.parse(tested.body).verdict).toBe('clear');
  expect(await call('POST', `${at}/enforce`, {})).toMatchObject({ status: 200, body: { state: 'enforce', action: 'block' } });
  expect(await call('POST', `${at}/record`, { reason: 'a test' })).toMatchObject({ body: { state: 'detect' } });
  expect(await call('POST', `${at}/remove`, { reason: 'repaired' })).toMatchObject({ body: { state: 'removed' } });
  expect(await call('POST', `${at}/restore`, {})).toMatchObject({ status: 200, body: { state: 'detect' } });
  expect(await call('GET', at)).toMatchObject({ status: 200, tag: '"6"' });
});

it('what somebody else changed meanwhile is not changed again, and the same key does it once', async () => {
  const { id, revision } = await add();
  const force = { force: true, reason: 'it is being used' };
  const match = { headers: { 'if-match': `"${revision}"` } };
  expect((await call('POST', `${AT}/${id}/enforce`, force, match)).status).toBe(200);
  expect(await call('POST', `${AT}/${id}/remove`, { reason: 'too late' }, match)).toMatchObject({
    body: { code: 'precondition-failed' },
  });
  const again = await add({ finding: 'CVE-2026-0002', source: 'scanner' });
  expect((await add({ finding: 'CVE-2026-0002', source: 'scanner' })).id).toBe(again.id);
});

it('faults are told with pointers', async () => {
  const pointers = async (parts: object): Promise<unknown> => {
    const { status, body } = await call('POST', AT, { ...INPUT, ...parts });
    expect(status).toBe(400);
    return (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
  };
  expect(await pointers({ match: { kind: 'constraint', pattern: '^(a|a)*$' } })).toContain('/match/pattern');
  expect(await pointers({ match: { kind: 'constraint', choices: Array.from({ length: 101 }, String) } })).toContain(
    '/match/choices',
  );
  expect(await pointers({ match: { kind: 'deny' } })).toContain('/location');
  expect(await pointers({ days: 181 })).toContain('/days');
  expect(await pointers({ method: 'get' })).toContain('/method');
  expect(await pointers({ finding: 'a b' })).toContain('/finding');
});

it('reading and writing are rights of their own', async () => {
  const { id } = await add();
  expect((await call('GET', AT, undefined, { permissions: READ })).status).toBe(200);
  for (const verb of ['test', 'enforce', 'record', 'remove', 'restore'])
    expect((await call('POST', `${AT}/${id}/${verb}`, { reason: 'a test' }, { permissions: READ })).status).toBe(403);
  expect((await call('GET', AT, undefined, { permissions: ['event:read'] })).status).toBe(403);
});

it('a list is paged, newest first, and shows what is over when asked', async () => {
  const first = await add({ route: '/paged/1' });
  const second = await add({ route: '/paged/2' });
  await call('POST', `${AT}/${second.id}/remove`, { reason: 'repaired' });
  const ids = (page: Record<string, unknown>): string[] => (page['items'] as { id: string }[]).map(({ id }) => id);
  expect(ids((await call('GET', `${AT}?application=shop`)).body)).not.toContain(second.id);
  const page = (await call('GET', `${AT}?state=all&limit=1`)).body;
  expect(ids(page)).toEqual([second.id]);
  expect(ids((await call('GET', `${AT}?state=all&limit=1&cursor=${String(page['next'])}`)).body)).toEqual([first.id]);
  expect(ids((await call('GET', `${AT}?state=removed`)).body)).toContain(second.id);
});
