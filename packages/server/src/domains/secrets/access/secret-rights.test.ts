import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, calling, HOST, openTestSecrets, person, program, type TestSecrets } from '../test-secrets.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const KEY = at('API_KEY');
const STAGING = at('API_KEY', 'staging');
const DAY_MS = 86_400_000;
let test: TestSecrets;
let ci: { id: string; name: string };

beforeAll(async () => {
  test = await openTestSecrets();
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => {
  await test.platform.db.query('delete from secret_entry; delete from secret_grant; delete from identity_service_account');
  await test.platform.db.query('delete from access_policy');
  test.platform.advance(2000);
  ci = await test.identity.accounts.create({ name: 'ci', purpose: 'builds', owner: null, applications: [] }, operator);
  for (const ref of [KEY, STAGING]) await test.secrets.write(ref, { data: { value: `of ${ref.environment}` } }, HOST);
  test.platform.recorded.length = 0;
});

const reads = async (who: Parameters<typeof calling>[0], ref = KEY, purpose = 'testing') =>
  test.secrets.read(ref, calling(who, purpose));
const accept = async (text: string) => test.access.policies.accept('holdfast-secrets', { input: { text }, actor: operator });
const grant = async (name: string, more: object = {}) =>
  test.grants.give(
    { application: 'shop', environment: 'production', name, to: { kind: 'account', name: 'ci' }, ...more },
    operator,
  );
const refusals = () =>
  test.platform.recorded.filter(({ type }) => type === 'secret.refused').map(({ payload }) => payload['cause']);
const types = () => test.platform.recorded.map(({ type }) => type);

describe('people', () => {
  it('who are owners or administrators read, values of production only when they have just confirmed who they are', async () => {
    for (const role of ['owner', 'administrator']) {
      expect(await reads(person(role), STAGING)).toMatchObject({ data: { value: 'of staging' } });
      await expect(reads(person(role))).rejects.toMatchObject({ code: 'step-up-required', stepUp: { acr: 'aal2' } });
      expect(await reads(person(role, { isElevated: true }))).toMatchObject({ data: { value: 'of production' } });
    }
    expect(refusals()).toEqual(['step-up', 'step-up']);
  });

  it('of other roles see names at most, and one record tells of each refusal, without a value', async () => {
    for (const role of ['developer', 'auditor', 'analyst']) {
      expect(await test.secrets.find(KEY, calling(person(role)))).toMatchObject({ name: 'API_KEY', currentVersion: 1 });
      await expect(reads(person(role, { isElevated: true }), STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    }
    await expect(test.secrets.find(KEY, calling(person(null)))).rejects.toMatchObject({ code: 'access-denied' });
    await expect(test.secrets.list({}, calling(person(null)))).resolves.toMatchObject({ items: [] });
    expect(refusals()).toEqual(['policy', 'policy', 'policy', 'policy']);
    expect(JSON.stringify(test.platform.recorded)).not.toContain('of production');
  });

  it('who are not sure to be themselves change nothing', async () => {
    await expect(test.secrets.write(KEY, { data: { value: 'x' } }, calling(person('owner')))).rejects.toMatchObject({
      code: 'step-up-required',
    });
    const sure = calling(person('owner', { isElevated: true }));
    expect(await test.secrets.write(KEY, { data: { value: 'x' } }, sure)).toMatchObject({ currentVersion: 2 });
    await expect(test.secrets.remove(KEY, calling(person('developer', { isElevated: true })))).rejects.toMatchObject({
      code: 'access-denied',
    });
  });

  it('may be given more than their role has, and the operator may forbid what it has', async () => {
    await accept(`@id("devs") permit(principal in Group::"devs", action == Action::"secret:reveal", resource in Environment::"shop/staging");
      @id("not-here") forbid(principal, action, resource == Secret::"shop/staging/API_KEY") unless { context.purpose == "repair" };`);
    const dev = person('developer', { groups: ['devs'] });
    await expect(reads(dev, STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    expect(await reads(dev, STAGING, 'repair')).toMatchObject({ data: { value: 'of staging' } });
    await expect(reads(person('owner', { isElevated: true }), STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    await expect(reads(person('developer'), STAGING, 'repair')).rejects.toMatchObject({ code: 'access-denied' });
  });

  it('are asked to confirm where only that is missing', async () => {
    await accept('forbid(principal is Person, action == Action::"secret:reveal", resource) unless { context.elevated };');
    await expect(reads(person('owner'), STAGING)).rejects.toMatchObject({ code: 'step-up-required' });
    expect(await reads(person('owner', { isElevated: true }), STAGING)).toMatchObject({ version: 1 });
  });
});

describe('programs', () => {
  it('may nothing, whatever is written on their tokens, until somebody says so', async () => {
    const all = program(ci, 'secret:read', 'secret:reveal', 'secret:write');
    await expect(reads(all)).rejects.toMatchObject({ code: 'access-denied' });
    await expect(test.secrets.write(KEY, { data: { value: 'x' } }, calling(all))).rejects.toMatchObject({
      code: 'access-denied',
    });
    expect((await test.secrets.list({}, calling(all))).items).toEqual([]);
    await accept(
      `permit(principal == ServiceAccount::"${ci.id}", action == Action::"secret:reveal", resource == Secret::"shop/production/API_KEY");`,
    );
    expect(await reads(all)).toMatchObject({ data: { value: 'of production' } });
    await expect(reads(all, STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    expect(refusals()).toEqual(['policy', 'policy', 'policy']);
  });

  it('may nothing that is not written on the token, whatever policies say', async () => {
    await accept('permit(principal is ServiceAccount, action, resource);');
    await expect(reads(program(ci, 'secret:read'))).rejects.toMatchObject({ code: 'permission-missing' });
    expect(await reads(program(ci, 'secret:reveal'))).toMatchObject({ version: 1 });
    expect(refusals()).toEqual(['scope']);
    expect(test.platform.recorded.find(({ type }) => type === 'secret.refused')?.payload).toMatchObject({
      identity: ci.id,
      permission: 'secret:reveal',
      via: 'api',
    });
  });

  it('that are forbidden by a policy of the API are forbidden here', async () => {
    await accept('permit(principal is ServiceAccount, action, resource);');
    const text = 'forbid(principal is ServiceAccount, action == Action::"secret:reveal", resource);';
    await test.access.policies.accept('holdfast', { input: { text }, actor: operator });
    await expect(reads(program(ci, 'secret:reveal'))).rejects.toMatchObject({ code: 'access-denied' });
  });
});

describe('a grant', () => {
  const reader = () => program(ci, 'secret:read', 'secret:reveal');

  it('lets an account read what it names, for its purpose, and no more', async () => {
    const made = await grant('API_*', { purpose: 'deploy' });
    expect(made).toMatchObject({ to: { kind: 'account', id: ci.id, name: 'ci' }, purpose: 'deploy', expiresAt: null });
    expect(await reads(reader(), KEY, 'deploy')).toMatchObject({ data: { value: 'of production' } });
    await expect(reads(reader(), KEY, 'look')).rejects.toMatchObject({ code: 'access-denied' });
    await expect(reads(reader(), STAGING, 'deploy')).rejects.toMatchObject({ code: 'access-denied' });
    await test.secrets.write(at('DB'), { data: { value: 'x' } }, HOST);
    await expect(reads(reader(), at('DB'), 'deploy')).rejects.toMatchObject({ code: 'access-denied' });
    await expect(
      test.secrets.write(KEY, { data: { value: 'x' } }, calling(program(ci, 'secret:write'), 'deploy')),
    ).rejects.toMatchObject({
      code: 'access-denied',
    });
    expect(types()).toContain('secret.granted');
  });

  it('ends with its time, and at once when it is revoked', async () => {
    const { id } = await grant('API_KEY');
    await grant('*', { environment: '*', days: 30 });
    expect(await reads(reader(), STAGING)).toMatchObject({ version: 1 });
    test.platform.advance(30 * DAY_MS + 1);
    await expect(reads(reader(), STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    expect(await test.grants.list()).toMatchObject([{ id }]);
    expect(await reads(reader())).toMatchObject({ version: 1 });
    await test.grants.revoke(id, operator);
    await expect(reads(reader())).rejects.toMatchObject({ code: 'access-denied' });
    await expect(test.grants.revoke(id, operator)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('reaches groups, and does not reach those outside of them', async () => {
    await grant('API_KEY', { environment: 'staging', to: { kind: 'group', name: 'on "call"' } });
    expect(await reads(person('developer', { groups: ['on "call"'] }), STAGING)).toMatchObject({ version: 1 });
    await expect(reads(person('developer', { groups: ['other'] }), STAGING)).rejects.toMatchObject({ code: 'access-denied' });
    await expect(grant('API_KEY', { to: { kind: 'account', name: 'nobody' } })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('is named by who-can, with what it is for', async () => {
    const { id } = await grant('API_KEY', { purpose: 'deploy' });
    await grant('API_KEY', { environment: 'staging' });
    const answer = await test.whoCan(KEY, { permission: 'secret:reveal' });
    expect(answer.accounts).toEqual([{ id: ci.id, name: 'ci', purposes: ['deploy'], policies: [`holdfast-grant-${id}`] }]);
    expect((await test.whoCan(STAGING, { permission: 'secret:reveal' })).accounts).toMatchObject([
      { name: 'ci', purposes: null },
    ]);
    expect((await test.whoCan(KEY, { permission: 'secret:write' })).accounts).toEqual([]);
    expect((await test.whoCan(KEY, { permission: 'secret:reveal', purpose: 'look' })).accounts).toEqual([]);
  });

  it('is not given when it cannot be recorded', async () => {
    test.platform.failRecording(true);
    await expect(grant('API_KEY')).rejects.toMatchObject({ code: 'audit-unavailable' });
    test.platform.failRecording(false);
    expect(await test.grants.list()).toEqual([]);
  });
});

describe('a list', () => {
  it('shows what the caller may know of, page by page, and hides which ones are decoys from those who only read', async () => {
    for (const name of ['A', 'B', 'C', 'D']) await test.secrets.write(at(name), { data: { value: name } }, HOST);
    await test.secrets.change(at('C'), { isCanary: true }, HOST);
    await grant('C');
    await grant('D');
    const reader = calling(program(ci, 'secret:read'));
    const first = await test.secrets.list({ limit: 1 }, reader);
    const rest = await test.secrets.list({ limit: 5, cursor: first.next ?? '' }, reader);
    expect([...first.items, ...rest.items]).toMatchObject([
      { name: 'C', isCanary: false },
      { name: 'D', isCanary: false },
    ]);
    expect(rest.next).toBeNull();
    const { items } = await test.secrets.list({ q: 'C' }, calling(person('administrator')));
    expect(items.find(({ name }) => name === 'C')).toMatchObject({ isCanary: true });
    await expect(test.secrets.list({}, calling(program(ci, 'ban:read')))).rejects.toMatchObject({ code: 'permission-missing' });
    expect(types()).not.toContain('secret.canary-read');
  });
});

it('refusals of one identity are recorded up to a number in a second, and then counted', async () => {
  const denied = program(ci, 'secret:reveal');
  const tries = Array.from({ length: 50 }, async () => reads(denied).catch((error: unknown) => error));
  for (const error of await Promise.all(tries)) expect(error).toMatchObject({ code: 'access-denied' });
  const counted = refusals().length;
  expect(counted).toBeGreaterThan(0);
  test.platform.advance(1001);
  await expect(reads(denied)).rejects.toMatchObject({ code: 'access-denied' });
  const told = test.platform.recorded.filter(({ type }) => type === 'secret.refused');
  const unrecorded = told.reduce((sum, { payload }) => sum + Number(payload['unrecorded']), 0);
  expect(told.length + unrecorded).toBe(51);
});
