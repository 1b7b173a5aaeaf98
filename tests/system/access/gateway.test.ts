import { randomBytes } from 'node:crypto';
import { accessDecisionSchema, type ApplicationInput, type EventRecord } from '@holdfast/contract';
import { afterEach, describe, expect, it, test } from 'vitest';
import { hashToken, TOKEN_BYTES, writeToken } from '../../../packages/server/src/domains/identity/token-text.ts';
import { PERSON, startIdentityStand, type IdentityStand } from '../../support/identity-stand.ts';
import { sendRaw } from '../../support/raw-client.ts';
import { enforcedPolicies } from '../../support/policies.ts';

const STAFF = '@id("staff") permit(principal in Group::"staff", action in Action::"read", resource);';
const ALL = '@id("all") permit(principal, action, resource);';
const ACCOUNT = '01ARZ3NDEKTSV4RRFFQ69G5FAZ';
const JSON_CLIENT = { accept: 'application/json' };
let stand: IdentityStand;
afterEach(async () => stand[Symbol.asyncDispose]());

async function start(text: string | null, application: Partial<ApplicationInput> = {}): Promise<void> {
  stand = await startIdentityStand(application);
  if (text !== null) stand.gateway.push({ policies: [enforcedPolicies(text)] });
}

const cookie = (change: Parameters<IdentityStand['control']['signIn']>[0] = {}): string =>
  `holdfast=${stand.control.signIn(change)}`;

async function ask(path: string, init: Parameters<IdentityStand['fetch']>[1] = {}): Promise<Response> {
  const response = await stand.fetch(path, {
    ...init,
    headers: { ...JSON_CLIENT, ...Object.fromEntries(new Headers(init.headers)) },
  });
  await response.clone().arrayBuffer();
  return response;
}

/** The record of a request, once it has come up. */
async function recordOf(response: Response): Promise<EventRecord> {
  const id = response.headers.get('x-request-id');
  await expect
    .poll(() => stand.gateway.events('request.completed').some((event) => event.requestId === id), { timeout: 20_000 })
    .toBe(true);
  return stand.gateway.events('request.completed').find((event) => event.requestId === id)!;
}

describe('access policies of an application', () => {
  it('let in whom one permits, and nobody else: what is not permitted is denied, and told in the record', async () => {
    await start(STAFF);
    const allowed = await ask('/orders/7', { cookie: cookie() });
    expect(allowed.status).toBe(200);
    expect((await recordOf(allowed)).payload['access']).toEqual({
      principal: { kind: 'person', id: PERSON },
      action: 'GET',
      application: 'echo',
      route: null,
      allowed: true,
      enforced: true,
      policies: ['staff'],
      errors: [],
    });
    stand.upstream.reset();
    const stranger = await ask('/orders/7', { cookie: cookie({ groups: ['guests'] }) });
    expect(stranger.status).toBe(403);
    expect(await stranger.json()).toMatchObject({ code: 'access-denied', request_id: expect.any(String) });
    const record = await recordOf(stranger);
    expect(record).toMatchObject({ outcome: 'refused', reason: 'access-unpermitted' });
    expect(accessDecisionSchema.parse(record.payload['access'])).toMatchObject({ allowed: false, policies: [] });
    expect(stand.upstream.seen).toEqual([]);
  });

  it('answer a person with a page that names no policy', async () => {
    await start('@id("secret-project") forbid(principal, action, resource);');
    const page = await stand.fetch('/', { cookie: cookie(), headers: { accept: 'text/html' } });
    const text = await page.text();
    expect(page.status).toBe(403);
    expect(text).toContain('Access denied');
    expect(text).not.toContain('secret-project');
    expect((await recordOf(page)).payload['steps']).toContainEqual({
      step: 'policies',
      verdict: 'denied',
      detail: 'access-forbidden: secret-project',
    });
  });

  test.each(['/admin', '/admin/', '/admin/users', '/x/../admin/users', '//admin', '/%61dmin/users', '/admin;a=b/users'])(
    'guard a place under whatever way it is asked for: %s',
    async (path) => {
      await start(`${ALL} @id("closed") forbid(principal, action, resource in Route::"/admin/*");`);
      const refused = await ask(path, { cookie: cookie() });
      // Either the policy, or the gate because the path can be read in two ways.
      expect([400, 403]).toContain(refused.status);
      expect(stand.upstream.seen).toEqual([]);
      expect((await ask('/administrator', { cookie: cookie() })).status).toBe(200);
    },
  );

  it('deny when one cannot be evaluated', async () => {
    await start(`${ALL} @id("broken") forbid(principal, action, resource) when { context.authAge + 9223372036854775807 < 0 };`);
    const refused = await ask('/', { cookie: cookie() });
    expect(refused.status).toBe(403);
    expect((await recordOf(refused)).payload['access']).toMatchObject({ allowed: false, errors: ['broken'] });
  });

  it('only record what they would deny while they are tried', async () => {
    await start(STAFF, { accessMode: 'monitor' });
    const passed = await ask('/', { cookie: cookie({ groups: [] }) });
    expect(passed.status).toBe(200);
    const record = await recordOf(passed);
    expect(record).toMatchObject({ outcome: 'recorded', reason: 'access-unpermitted' });
    expect(record.payload['access']).toMatchObject({ allowed: false, enforced: false });
  });

  it('are of another mind with the next request when they change', async () => {
    await start(STAFF);
    const someone = cookie();
    expect((await ask('/', { cookie: someone })).status).toBe(200);
    stand.gateway.push({ policies: [enforcedPolicies('permit(principal in Group::"board", action, resource);')] });
    expect((await ask('/', { cookie: someone })).status).toBe(403);
    stand.gateway.push({ policies: [] });
    expect((await ask('/', { cookie: someone })).status).toBe(200);
  });

  it('know a visitor where nobody is asked to sign in, and by the address', async () => {
    await start('permit(principal is Visitor, action, resource in Route::"/public/*") when { context.address.isLoopback() };', {
      login: { mode: 'off' },
    });
    expect((await ask('/public/a')).status).toBe(200);
    expect((await ask('/private')).status).toBe(403);
  });

  it('know a program by its account', async () => {
    await start(`permit(principal == ServiceAccount::"${ACCOUNT}", action in Action::"read", resource in Route::"/reports/*");`);
    const token = writeToken(randomBytes(TOKEN_BYTES));
    const hash = hashToken(token).toString('hex');
    const expiresAt = Date.now() + 3_600_000;
    const account = { hash, id: ACCOUNT, name: 'nightly', token: PERSON, cidrs: [], expiresAt, refusal: null };
    stand.control.accounts.set(hash, account);
    const headers = { authorization: `Bearer ${token}` };
    const allowed = await ask('/reports/7', { headers });
    expect(allowed.status).toBe(200);
    expect((await recordOf(allowed)).payload['access']).toMatchObject({ principal: { kind: 'service', id: ACCOUNT } });
    expect((await ask('/reports/7', { headers, method: 'DELETE' })).status).toBe(403);
    expect((await ask('/orders', { headers })).status).toBe(403);
  });

  it('send a stranger to the sign-in where signing in could help', async () => {
    await start(STAFF, { login: { mode: 'optional' } });
    expect((await ask('/')).status).toBe(401);
    // `fetch` writes Sec-Fetch-Mode by itself: what a browser says of a navigation has to be written by hand.
    const bytes = 'GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\n\r\n';
    const [page] = (await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1 })).answers;
    const location = page?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    expect([page?.status, location]).toEqual([302, '/.holdfast/login?next=%2Fa']);
    expect((await ask('/', { cookie: cookie() })).status).toBe(200);
    expect((await ask('/', { cookie: cookie({ groups: [] }) })).status).toBe(403);
  });

  it('are not opened by break-glass, and forged identity reaches neither them nor the application', async () => {
    await start(STAFF);
    stand.gateway.push({ policies: [enforcedPolicies(STAFF)], bypassUntil: Date.now() + 3_600_000 });
    expect((await ask('/', { cookie: cookie({ groups: [] }) })).status).toBe(403);
    const forged = {
      'x-holdfast-jwt-assertion': 'forged',
      'x-forwarded-uri': '/admin',
      'x-forwarded-for': '127.0.0.1',
      'x-original-url': '/admin',
    };
    await ask('/', { cookie: cookie(), headers: forged });
    expect(stand.last()?.method).toBe('GET');
    expect(JSON.stringify(stand.last())).not.toContain('forged');
    expect(JSON.stringify(stand.last()?.headers.filter(([name]) => name === 'x-forwarded-uri'))).not.toContain('/admin');
    stand.upstream.reset();
    expect((await ask('/', { cookie: cookie(), headers: { x_holdfast_jwt_assertion: 'forged' } })).status).toBe(400);
    expect(stand.upstream.seen).toEqual([]);
  });
});

describe('an application without policies', () => {
  it('is as it was: the sign-in alone decides, and the record names who was let in', async () => {
    await start(null);
    const answer = await ask('/', { cookie: cookie({ groups: [] }) });
    expect(answer.status).toBe(200);
    expect((await recordOf(answer)).payload['access']).toMatchObject({
      principal: { kind: 'person', id: PERSON },
      allowed: true,
      policies: [],
    });
    expect((await ask('/')).status).toBe(401);
  });

  it('says nothing of access where nobody is asked', async () => {
    await start(null, { login: { mode: 'off' } });
    const answer = await ask('/');
    expect((await recordOf(answer)).payload['access']).toBeNull();
  });
});
