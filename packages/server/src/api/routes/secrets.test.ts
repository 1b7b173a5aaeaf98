import { secretDetailSchema, secretGrantListSchema, secretValueSchema } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestSecrets, type TestSecrets } from '../../domains/secrets/test-secrets.ts';
import { silentLog } from '../../platform/log.ts';
import { createApi } from '../create-api.ts';
import type { ApiParts } from '../parts.ts';
import type { Api } from '../route.ts';

const AT = '/api/v1/secrets/shop/staging/db%2Fpassword';
const operator = { kind: 'operator' as const, ref: 'host:0' };
let test: TestSecrets;
let socket: Api;
let tcp: Api;

beforeAll(async () => {
  test = await openTestSecrets();
  // Neither protection, nor the ledger, the process or rotation is asked by these routes.
  const { protection, audit } = {} as ApiParts['domains'];
  const { system } = {} as Pick<ApiParts, 'system'>;
  const { rotations, leases, databaseRoles } = {} as NonNullable<ApiParts['secrets']>;
  const secrets = { ...test, rotations, leases, databaseRoles };
  const { access, identity, applications } = test;
  const parts = { domains: { applications, identity, access, protection, audit }, system, secrets, log: silentLog };
  socket = createApi({ ...parts, trust: { kind: 'host-operator', uid: 0 } });
  tcp = createApi({ ...parts, trust: { kind: 'token' } });
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => {
  await test.platform.db.query('delete from secret_entry; delete from secret_grant');
  await test.platform.db.query('delete from identity_token; delete from identity_service_account');
  test.platform.recorded.length = 0;
});

async function call(
  method: string,
  path: string,
  { body, headers = {}, api = socket }: { body?: unknown; headers?: object; api?: Api } = {},
) {
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await api.request(`http://localhost${path}`, {
    method,
    ...text,
    headers: { host: 'localhost', ...type, ...headers },
  });
  const read = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (read === '' ? null : JSON.parse(read)) as { code?: string } };
}
const write = async (value: string) => call('POST', `${AT}/versions`, { body: { data: { value } } });

describe('a secret in the API', () => {
  it('is named by three segments, the slashes of its name encoded, and shown without values', async () => {
    const written = await write('hunter2');
    expect([written.status, secretDetailSchema.parse(written.body).name]).toEqual([201, 'db/password']);
    const shown = await call('GET', AT);
    expect(JSON.stringify([written.body, shown.body, (await call('GET', '/api/v1/secrets')).body])).not.toContain('hunter2');
    expect((await call('GET', '/api/v1/secrets/shop/staging/none')).status).toBe(404);
  });

  it.each(['%2e%2e', '..%2Fx', 'a%2F%2Fb', 'a%00b', '-x', 'a%252Fb', 'x'.repeat(257)])('is not named %s', async (name) => {
    const answer = await call('POST', `/api/v1/secrets/shop/staging/${name}/versions`, { body: { data: { value: 'x' } } });
    expect([400, 404]).toContain(answer.status);
    expect(test.platform.recorded).toEqual([]);
  });

  it('is not written with more fields or bytes than there may be', async () => {
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`f${at}`, 'x']));
    for (const data of [many, { value: 'x'.repeat(262_145) }, { '': 'x' }, []])
      expect((await call('POST', `${AT}/versions`, { body: { data } })).status).toBe(400);
    expect((await call('GET', AT)).status).toBe(404);
  });

  it('is revealed for a purpose, kept by nothing on the way, and never from the memory of repeated calls', async () => {
    await write('hunter2');
    expect((await call('POST', `${AT}/reveal`, { body: {} })).status).toBe(400);
    const headers = { 'idempotency-key': 'one' };
    const first = await call('POST', `${AT}/reveal`, { body: { purpose: 'look', via: 'run' }, headers });
    expect(secretValueSchema.parse(first.body).data).toEqual({ value: 'hunter2' });
    expect(first.headers.get('cache-control')).toBe('no-store');
    const again = await call('POST', `${AT}/reveal`, { body: { purpose: 'look', via: 'run' }, headers });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    const reads = test.platform.recorded.filter(({ type }) => type === 'secret.read');
    expect(reads.map(({ payload }) => payload['via'])).toEqual(['run']);
  });

  it('answers a stale write with 409 and lists what is overdue', async () => {
    await write('one');
    const stale = await call('POST', `${AT}/versions`, { body: { data: { value: 'two' }, cas: 0 } });
    expect([stale.status, stale.body.code]).toEqual([409, 'secret-changed']);
    await call('PATCH', AT, { body: { maxAgeDays: 1 } });
    expect((await call('GET', '/api/v1/secrets?overdue=true')).body).toMatchObject({ items: [] });
    test.platform.advance(2 * 86_400_000);
    expect((await call('GET', '/api/v1/secrets?overdue=true')).body).toMatchObject({
      items: [{ name: 'db/password', isOverdue: true }],
    });
    expect((await call('DELETE', AT)).status).toBe(204);
  });
});

describe('a program over TCP', () => {
  it('is told 403 without leave, is given the value with a grant, and 403 again when it is revoked; each refusal is one record', async () => {
    await write('hunter2');
    const { token } = await test.identity.createToken({ name: 'ci', permissions: ['secret:reveal'], days: 1 }, operator);
    const headers = { authorization: `Bearer ${token}` };
    const reveal = async () => call('POST', `${AT}/reveal`, { body: { purpose: 'deploy' }, headers, api: tcp });
    expect(await reveal()).toMatchObject({ status: 403, body: { code: 'access-denied' } });
    const body = { application: 'shop', environment: 'staging', name: 'db/*', to: { kind: 'account', name: 'ci' } };
    const grant = await call('POST', '/api/v1/secret-grants', { body });
    expect(grant.status).toBe(201);
    expect((await reveal()).status).toBe(200);
    const [given] = secretGrantListSchema.parse((await call('GET', '/api/v1/secret-grants')).body).items;
    expect((await call('GET', `${AT}/who-can`)).body).toMatchObject({ accounts: [{ name: 'ci', purposes: null }] });
    expect((await call('DELETE', `/api/v1/secret-grants/${given?.id ?? ''}`)).status).toBe(204);
    expect((await reveal()).status).toBe(403);
    expect((await call('GET', '/api/v1/secrets', { headers, api: tcp })).body).toMatchObject({ code: 'permission-missing' });
    expect((await call('POST', '/api/v1/secret-grants', { body, headers, api: tcp })).status).toBe(403);
    const refusals = test.platform.recorded.filter(({ outcome }) => outcome === 'refused');
    expect(refusals.map(({ type }) => type)).toEqual(['secret.refused', 'secret.refused', 'secret.refused', 'token.refused']);
    expect(JSON.stringify(test.platform.recorded)).not.toContain('hunter2');
  });

  it.each(['shop/*', 'a"b', "a'b", 'ä', '*'.repeat(9), ''])('is not granted by the pattern %j', async (name) => {
    const body = { application: 'shop', environment: 'staging', name, to: { kind: 'group', name: 'x' } };
    const answer = await call('POST', '/api/v1/secret-grants', {
      body: name === 'shop/*' ? { ...body, application: '*' } : body,
    });
    expect(answer.status).toBe(400);
  });
});
