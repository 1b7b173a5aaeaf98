import {
  applicationSchema,
  policyAnswerSchema,
  policyCheckSchema,
  policyListSchema,
  policyStatusSchema,
  policyVersionSchema,
  whoCanSchema,
  type Permission,
} from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApplications } from '../../domains/applications/index.ts';
import { createIdentity, type Identity } from '../../domains/identity/index.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createApi } from '../create-api.ts';
import type { ApiParts } from '../parts.ts';
import type { Api } from '../route.ts';
import { createTestAccess, somebody } from '../test-access.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const SHOP = '/api/v1/policies/shop';
const READ = '@id("staff") permit(principal in Group::"staff", action in Action::"read", resource in Route::"/orders/*");';
let platform: TestPlatform;
let identity: Identity;
let byToken: Api;
let onHost: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  const applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), {
    actor: operator,
  });
  identity = createIdentity(platform);
  const people = [
    somebody('ada', { groups: ['staff'] }),
    somebody('bob', { role: 'analyst' }),
    somebody('eve', { status: 'disabled' }),
  ];
  const access = createTestAccess(platform, applications, { people, accounts: identity.accounts });
  // What these routes do not ask for.
  const rest = {} as Pick<ApiParts['domains'], 'protection' | 'audit'> & Pick<ApiParts, 'system'>;
  const parts = { domains: { ...rest, applications, identity, access }, system: rest.system, log: silentLog };
  byToken = createApi({ ...parts, trust: { kind: 'token' } });
  onHost = createApi({ ...parts, trust: { kind: 'host-operator', uid: 1000 } });
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from access_policy; delete from access_policy_draft');
});

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
}

async function call(path: string, { method = 'GET', body, token }: Call = {}): Promise<Response> {
  const headers = {
    host: 'localhost:9443',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return (token === undefined ? onHost : byToken).request(`http://localhost:9443${path}`, init);
}
const post = async (path: string, body: unknown, token?: string): Promise<Response> =>
  call(path, { method: 'POST', body, ...(token === undefined ? {} : { token }) });
const tokenFor = async (...permissions: Permission[]): Promise<string> =>
  (await identity.createToken({ name: 'test', permissions, days: 1 }, operator)).token;

describe('the policies of an application', () => {
  it('are checked, drafted, accepted, listed and undone', async () => {
    const checked = policyCheckSchema.parse(await (await post(`${SHOP}/check`, { text: READ })).json());
    expect(checked).toMatchObject({ faults: [], policies: [{ id: 'staff', effect: 'permit' }] });
    expect((await call(`${SHOP}/draft`, { method: 'PUT', body: { text: READ } })).status).toBe(200);
    const accepted = await post(`${SHOP}/accept`, { reason: 'looked at', basedOn: 0 });
    expect([accepted.status, policyVersionSchema.parse(await accepted.json()).version]).toEqual([201, 1]);
    const { items } = policyListSchema.parse(await (await call('/api/v1/policies')).json());
    expect(items).toMatchObject([
      { set: 'holdfast', inForce: null },
      { set: 'holdfast-secrets', inForce: null },
      { set: 'shop', inForce: { version: 1 } },
    ]);
    expect(await (await call(`${SHOP}/versions/current`)).json()).toMatchObject({ text: READ });
    const undone = policyStatusSchema.parse(await (await post(`${SHOP}/rollback`, {})).json());
    expect(undone).toMatchObject({ inForce: null, history: [{ version: 1 }] });
    expect((await call(`${SHOP}/versions/current`)).status).toBe(404);
  });

  it('are refused with each fault as a field', async () => {
    const refused = await post(`${SHOP}/accept`, { text: `${READ}\npermit(principal, action, resource == Route::"/a");` });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'policy-invalid',
      errors: [{ pointer: '/text', detail: expect.stringContaining('line 2') }],
    });
    expect((await post('/api/v1/policies/other/accept', { text: READ })).status).toBe(404);
  });

  it('say of a person by name, of groups and of a visitor what they may, also as a text that is tried', async () => {
    const decide = async (body: object) => policyAnswerSchema.parse(await (await post(`${SHOP}/decide`, body)).json());
    expect(await decide({ person: 'ada' })).toMatchObject({ allowed: true, why: 'no-policies' });
    await post(`${SHOP}/accept`, { text: READ });
    expect(await decide({ person: 'ada', path: '/orders/7' })).toMatchObject({
      allowed: true,
      policies: ['staff'],
      route: '/orders/*',
      asker: { kind: 'person', name: 'ada' },
    });
    expect(await decide({ person: 'ada', path: '/orders/7', method: 'DELETE' })).toMatchObject({
      allowed: false,
      why: 'unpermitted',
    });
    expect(await decide({ groups: ['staff'], path: '/orders' })).toMatchObject({ allowed: true });
    expect(await decide({ path: '/orders' })).toMatchObject({ allowed: false, asker: { kind: 'visitor' } });
    expect(await decide({ path: '/orders', text: 'permit(principal, action, resource);' })).toMatchObject({ allowed: true });
    expect((await post(`${SHOP}/decide`, { person: 'nobody' })).status).toBe(400);
  });

  it('tell who can: active people, groups and accounts', async () => {
    await post(`${SHOP}/accept`, { text: READ });
    await identity.accounts.create({ name: 'nightly', owner: null }, operator);
    const who = whoCanSchema.parse(await (await call(`${SHOP}/who-can?path=/orders/7`)).json());
    expect(who.people.map(({ name, allowed }) => [name, allowed])).toEqual([
      ['ada', true],
      ['bob', false],
    ]);
    expect(who.groups).toMatchObject([{ name: 'staff', allowed: true, policies: ['staff'] }]);
    expect(who.accounts).toMatchObject([{ name: 'nightly', allowed: false }]);
    expect(who.visitor).toMatchObject({ allowed: false });
  });
});

describe('the policies of the API', () => {
  it('are asked about by permission', async () => {
    const who = whoCanSchema.parse(await (await call('/api/v1/policies/holdfast/who-can?permission=ban:write')).json());
    expect(who.visitor).toBeNull();
    expect(who.people.map(({ name, allowed }) => [name, allowed])).toEqual([
      ['ada', false],
      ['bob', true],
    ]);
    expect((await call('/api/v1/policies/holdfast/who-can')).status).toBe(400);
  });

  it('are changed by owners and on the host only: they could give every other right', async () => {
    const text = '@id("all") permit(principal, action, resource);';
    const token = await tokenFor('policy:read', 'policy:write');
    expect((await post('/api/v1/policies/holdfast/accept', { text }, token)).status).toBe(403);
    expect((await post('/api/v1/policies/holdfast/rollback', {}, token)).status).toBe(403);
    expect((await call('/api/v1/policies/holdfast/draft', { method: 'PUT', body: { text }, token })).status).toBe(403);
    expect((await post(`${SHOP}/accept`, { text }, token)).status).toBe(201);
    expect((await post('/api/v1/policies/holdfast/accept', { text })).status).toBe(201);
  });

  it('take a right from a token, which is told so and recorded', async () => {
    const token = await tokenFor('policy:read');
    expect((await call(SHOP, { token })).status).toBe(200);
    const text = '@id("closed") forbid(principal is ServiceAccount, action == Action::"policy:read", resource);';
    await post('/api/v1/policies/holdfast/accept', { text });
    platform.recorded.length = 0;
    const refused = await call(SHOP, { token });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'access-denied' }]);
    expect(platform.recorded.filter(({ type }) => type === 'token.refused')).toMatchObject([
      { payload: { cause: 'permission' } },
    ]);
  });
});
