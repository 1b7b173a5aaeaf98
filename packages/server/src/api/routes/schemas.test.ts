import { applicationSchema, type Permission } from '@holdfast/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApi } from '../test-api.ts';
import { createApplications } from '../../domains/applications/index.ts';
import { type Identity } from '../../domains/identity/index.ts';
import { type Protection } from '../../domains/protection/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/applications/shop/schema';
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let api: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  const applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), {
    actor: operator,
  });
  ({ identity, protection, api } = createTestApi(platform, { applications }));
  // One route with a page number, as a gateway tells of it.
  const page = ['query page', [120, 0, 120, 0, 6, 0, 4, 0, 0, 1, 1], [0, 6], [['D1', 120]], [['1', 120]]];
  const route = ['GET', '/orders', 120, 0, [page], 0];
  const counts = { version: 1, requests: 120, unplaced: 0, folded: [], kept: [], novelRoutes: 0, novelNames: 0 };
  protection.learning.observe('shop', JSON.stringify({ ...counts, routes: [route] }));
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

async function call(permissions: readonly Permission[], method: string, path: string, body?: unknown) {
  const { token } = await identity.createToken({ name: 'test', permissions: [...permissions], days: 1 }, operator);
  const headers = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await api.request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  // Every answer of these routes is a JSON object.
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const read = (path: string) => call(['schema:read'], 'GET', path);
const write = (path: string, body: unknown) => call(['schema:write'], 'POST', path, body);

it('goes from what was learned to a proposal, into force, and back', async () => {
  expect((await read(AT)).body).toMatchObject({ requests: 120, routes: 1, inForce: null });
  const { fragment } = (await read(`${AT}/proposal`)).body;
  expect((await call(['schema:read'], 'POST', `${AT}/check`, { fragment })).body).toEqual({
    faults: [],
    operations: 1,
    uncovered: [],
  });
  expect(await write(AT, { fragment, reason: 'seen enough' })).toMatchObject({ status: 201, body: { version: 1 } });
  expect((await read(`${AT}/versions/current`)).body).toMatchObject({ version: 1, fragment });
  expect((await read(`${AT}/routes`)).body).toMatchObject({ items: [{ route: '/orders', covered: 'yes' }] });
  expect((await write(`${AT}/withdraw`, {})).body).toMatchObject({ inForce: null });
  expect(await read(`${AT}/versions/current`)).toMatchObject({ status: 404, body: { code: 'schema-missing' } });
  expect((await read(`${AT}/versions/1`)).status).toBe(200);
});

it('tries a document that is larger than other bodies may be, enforces it, and goes back to it', async () => {
  const text = [
    'openapi: 3.0.3',
    'info: { title: shop, version: "1" }',
    'paths:',
    '  /orders:',
    '    get: { parameters: [{ in: query, name: page, schema: { type: integer } }] }',
    ...Array.from({ length: 40_000 }, (_, at) => `# ${at} a remark that stands in the way`),
  ].join('\n');
  const imported = await call(['schema:read'], 'POST', `${AT}/import`, { text });
  expect(imported).toMatchObject({ status: 200, body: { faults: [], operations: 1, changes: { added: 1 } } });
  const { fragment } = imported.body;
  expect(await write(AT, { fragment, mode: 'monitor' })).toMatchObject({
    status: 201,
    body: { kind: 'document', mode: 'monitor' },
  });
  expect(await write(`${AT}/mode`, { mode: 'enforce' })).toMatchObject({ status: 200, body: { mode: 'enforce' } });
  const { version } = (await read(`${AT}/versions/current`)).body;
  await write(`${AT}/withdraw`, { all: true });
  expect(await write(`${AT}/mode`, { mode: 'monitor' })).toMatchObject({ status: 404, body: { code: 'schema-missing' } });
  const again = await write(`${AT}/versions/${String(version)}/restore`, { mode: 'monitor' });
  expect(again).toMatchObject({ status: 201, body: { mode: 'monitor', operations: 1 } });
  await write(`${AT}/withdraw`, { all: true });
  expect(await call(['schema:read'], 'POST', `${AT}/mode`, { mode: 'monitor' })).toMatchObject({ status: 403 });
  // Everything else is as small as ever.
  expect(await write(AT, { fragment: {}, reason: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 });
}, 300_000);

it('wants a document once, as text or as JSON', async () => {
  expect(await call(['schema:read'], 'POST', `${AT}/import`, {})).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
  expect(await call(['schema:read'], 'POST', `${AT}/import`, { text: 'a: 1', document: {} })).toMatchObject({ status: 400 });
});

it('lets nobody write who may only read, and nobody read who may not', async () => {
  const { fragment } = (await read(`${AT}/proposal`)).body;
  expect(await call(['schema:read'], 'POST', AT, { fragment })).toMatchObject({
    status: 403,
    body: { code: 'permission-missing' },
  });
  expect((await call(['schema:read'], 'POST', `${AT}/withdraw`, {})).status).toBe(403);
  expect((await call(['schema:write'], 'GET', AT)).status).toBe(403);
});

it.each<[string, unknown, string]>([
  ['a fragment without paths', { fragment: {} }, 'schema-invalid'],
  [
    'a pattern that can take seconds',
    { fragment: { paths: { '/a': { get: { parameters: [{ in: 'query', name: 'q', schema: { pattern: '(a*)*' } }] } } } } },
    'schema-invalid',
  ],
  ['no fragment', {}, 'input-invalid'],
  ['a list', { fragment: [] }, 'input-invalid'],
])('refuses %s with the place', async (_title, body, code) => {
  const answer = await write(AT, body);
  expect(answer).toMatchObject({ status: 400, body: { code } });
  expect(JSON.stringify(answer.body['errors'])).toMatch(/"pointer":"\/(?:paths|fragment)/u);
});

it('knows no schema of an application that is not there', async () => {
  expect((await read('/api/v1/applications/other/schema')).body['code']).toBe('not-found');
});
