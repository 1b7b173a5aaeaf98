import { type Permission, type ServiceAccountView, type TokenCreated } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Identity } from '../../domains/identity/index.ts';
import { type Protection } from '../../domains/protection/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createTestApi } from '../test-api.ts';
import type { Api } from '../route.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const ACCOUNTS = '/api/v1/service-accounts';
const DAY_MS = 86_400_000;
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let api: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  ({ identity, protection, api } = createTestApi(platform));
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await platform.db.query('delete from identity_token; delete from identity_service_account');
  platform.recorded.length = 0;
});

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  /** Where the TCP connection comes from. */
  readonly from?: string;
}

async function call(token: string, path: string, { method = 'GET', body, from = '127.0.0.1' }: Call = {}) {
  const headers = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await api.request(path, init, { incoming: { socket: { remoteAddress: from } } });
  const text = await answer.text();
  // Every answer of these routes is a JSON object, or nothing.
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
const tokenFor = async (permissions: Permission[], account = 'admin-test', cidrs: string[] = []) =>
  (await identity.createToken({ name: account, permissions, days: 1, cidrs }, operator)).token;
const refusals = () => platform.recorded.filter(({ type }) => type === 'token.refused');

describe('a refused token leaves one record without the secret', () => {
  const recorded = (token: string, cause: string) => {
    expect(refusals()).toHaveLength(1);
    expect(refusals()[0]).toMatchObject({ outcome: 'refused', actor: { kind: 'token' }, payload: { cause, unrecorded: 0 } });
    expect(JSON.stringify(platform.recorded)).not.toContain(token.slice(3, -6));
  };

  it('of the wrong scope: 403', async () => {
    const token = await tokenFor(['ban:read']);
    expect(await call(token, '/api/v1/bans')).toMatchObject({ status: 200 });
    expect(await call(token, ACCOUNTS)).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
    recorded(token, 'permission');
  });

  it('that expired: 401', async () => {
    const token = await tokenFor(['ban:read']);
    platform.advance(DAY_MS);
    expect(await call(token, '/api/v1/bans')).toMatchObject({ status: 401, body: { code: 'token-refused' } });
    recorded(token, 'expired');
  });

  it('from outside its prefixes: 403, and from within them it is taken', async () => {
    const token = await tokenFor(['ban:read'], 'limited', ['192.0.2.0/24', '2001:db8::/32']);
    expect(await call(token, '/api/v1/bans', { from: '192.0.2.200' })).toMatchObject({ status: 200 });
    expect(await call(token, '/api/v1/bans', { from: '::ffff:192.0.2.7' })).toMatchObject({ status: 200 });
    expect(await call(token, '/api/v1/bans', { from: '203.0.113.7' })).toMatchObject({
      status: 403,
      body: { code: 'address-refused' },
    });
    recorded(token, 'address');
  });

  it('of a disabled account: 401, at once and until it is enabled', async () => {
    const admin = await tokenFor(['account:write']);
    const token = await tokenFor(['ban:read'], 'ci');
    expect((await call(token, '/api/v1/bans')).status).toBe(200);
    expect(await call(admin, `${ACCOUNTS}/ci/disable`, { method: 'POST' })).toMatchObject({
      status: 200,
      body: { status: 'disabled' },
    });
    expect(await call(token, '/api/v1/bans')).toMatchObject({ status: 401, body: { code: 'token-refused' } });
    recorded(token, 'disabled');
    await call(admin, `${ACCOUNTS}/ci/enable`, { method: 'POST' });
    expect((await call(token, '/api/v1/bans')).status).toBe(200);
  });
});

describe('an account', () => {
  it('is made, listed, changed and deleted with its permission only', async () => {
    const admin = await tokenFor(['account:read', 'account:write']);
    const made = await call(admin, ACCOUNTS, { method: 'POST', body: { name: 'crawler', applications: ['shop'] } });
    expect(made).toMatchObject({ status: 201, body: { name: 'crawler', owner: null, applications: ['shop'], usableTokens: 0 } });
    expect(await call(admin, ACCOUNTS, { method: 'POST', body: { name: 'crawler' } })).toMatchObject({ status: 409 });
    expect(await call(admin, ACCOUNTS, { method: 'POST', body: { name: 'Not A Slug' } })).toMatchObject({ status: 400 });
    expect(await call(admin, ACCOUNTS, { method: 'POST', body: { name: 'x', owner: 'nobody' } })).toMatchObject({ status: 400 });
    const { body } = await call(admin, ACCOUNTS);
    // The page that the contract declares.
    expect((body['items'] as ServiceAccountView[]).map(({ name }) => name)).toEqual(['admin-test', 'crawler']);
    const path = `${ACCOUNTS}/crawler`;
    expect(await call(admin, path, { method: 'PATCH', body: { applications: [] } })).toMatchObject({
      status: 200,
      body: { applications: [] },
    });
    expect((await call(admin, path, { method: 'DELETE' })).status).toBe(204);
    expect((await call(admin, path)).status).toBe(404);
    const reader = await tokenFor(['account:read'], 'reader');
    expect((await call(reader, ACCOUNTS, { method: 'POST', body: { name: 'more' } })).status).toBe(403);
  });

  it('hands on what it may call only to who may say so, and no permission that its maker has not', async () => {
    await identity.accounts.create({ name: 'crawler', owner: null, applications: ['shop'] }, operator);
    const maker = await tokenFor(['token:write', 'ban:read'], 'maker');
    const make = (token: string, body: object) =>
      call(token, '/api/v1/tokens', { method: 'POST', body: { name: 'second', ...body } });
    expect(await make(maker, { permissions: ['ban:read'], account: 'crawler' })).toMatchObject({ status: 403 });
    // Nor by way of a name that leads to the same account.
    expect(await make(maker, { permissions: ['ban:read'], name: 'crawler' })).toMatchObject({ status: 403 });
    expect(await make(maker, { permissions: ['ban:write'] })).toMatchObject({ status: 403 });
    expect(await make(maker, { permissions: ['ban:read'], days: 366 })).toMatchObject({ status: 400 });
    const keeper = await tokenFor(['token:write', 'account:write'], 'keeper');
    const made = await make(keeper, { permissions: [], account: 'crawler' });
    expect(made.status).toBe(201);
    // The answer that the contract declares.
    const { token, view } = made.body as unknown as TokenCreated;
    expect(token).toMatch(/^hf_[0-9A-Za-z]{49}$/u);
    expect(view.expiresAt - view.createdAt).toBe(30 * DAY_MS);
    expect(view.account.name).toBe('crawler');
  });

  it('rotates by a second token beside the first: each says when it was used last', async () => {
    const admin = await tokenFor(['account:read', 'token:read', 'token:write', 'ban:read']);
    const first = await tokenFor(['ban:read'], 'ci');
    const account = await identity.accounts.find('ci');
    const body = { name: 'second', account: 'ci', permissions: ['ban:read'] };
    const second = (await call(admin, '/api/v1/tokens', { method: 'POST', body })).body as unknown as TokenCreated;
    for (const token of [first, second.token]) expect((await call(token, '/api/v1/bans')).status).toBe(200);
    const listed = async () => {
      const { body: page } = await call(admin, `/api/v1/tokens?account=${account?.id ?? ''}`);
      return (page['items'] as TokenCreated['view'][]).map(({ name, lastUsedAt }) => [name, lastUsedAt !== null]);
    };
    await expect.poll(listed).toEqual([
      ['ci', true],
      ['second', true],
    ]);
  });
});
