import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createIdentity, type Identity } from '../index.ts';
import { accountNameOf } from './account.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const OWNER = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const DAY_MS = 86_400_000;
let platform: TestPlatform;
let identity: Identity;
let changed: string[];

beforeAll(async () => {
  platform = await openTestPlatform();
  await platform.db.query(
    `insert into identity_person (id, name, display, status, created_at, created_by) values ($1, 'ada', 'Ada', 'active', 1, 'test')`,
    [OWNER],
  );
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from identity_token; delete from identity_service_account');
  platform.recorded.length = 0;
  changed = [];
  identity = createIdentity(platform);
  identity.onTokensChanged((hashes) => changed.push(...hashes));
});
const create = async (name: string, applications: string[] = []) =>
  identity.accounts.create({ name, purpose: 'builds', owner: OWNER, applications }, operator);
const tokenOf = async (account: string) =>
  identity.createToken({ name: 'first', account, permissions: ['ban:read'], days: 30 }, operator);
const types = () => platform.recorded.map(({ type }) => type);

describe('a service account', () => {
  it('is named once, says who answers for it, and keeps its tokens apart from those of others', async () => {
    const account = await create('ci', ['shop']);
    expect(account).toMatchObject({ name: 'ci', status: 'active', usableTokens: 0, lastUsedAt: null, applications: ['shop'] });
    expect(account.owner).toEqual({ id: OWNER, name: 'ada', status: 'active' });
    await expect(create('ci')).rejects.toMatchObject({ code: 'conflict' });
    await create('deploy');
    await tokenOf('ci');
    await tokenOf(account.id);
    await tokenOf('deploy');
    expect((await identity.listTokens({ limit: 10, account: account.id })).items).toHaveLength(2);
    expect(await identity.accounts.find('ci')).toMatchObject({ usableTokens: 2 });
    expect((await identity.accounts.list({ limit: 1 })).next).not.toBeNull();
    expect((await identity.accounts.list({ limit: 10 })).items.map(({ name }) => name)).toEqual(['ci', 'deploy']);
    expect((await identity.accounts.list({ limit: 10, q: 'PLOY' })).items.map(({ name }) => name)).toEqual(['deploy']);
    expect((await identity.accounts.list({ limit: 10, q: '%' })).items).toEqual([]);
    expect(types().filter((type) => type === 'service-account.created')).toHaveLength(2);
  });

  it('that is disabled ends all its tokens at once, tells their hashes, and takes them again when enabled', async () => {
    await create('ci');
    const [first, second] = [await tokenOf('ci'), await tokenOf('ci')];
    const other = await identity.createToken({ name: 'other', permissions: ['ban:read'], days: 30 }, operator);
    for (const { token } of [first, second]) expect((await identity.verifyToken(token)).kind).toBe('valid');
    await identity.accounts.disable('ci', operator);
    for (const { token } of [first, second])
      expect(await identity.verifyToken(token)).toMatchObject({ kind: 'refused', cause: 'disabled' });
    expect(new Set(changed).size).toBe(2);
    expect((await identity.verifyToken(other.token)).kind).toBe('valid');
    await expect(tokenOf('ci')).rejects.toMatchObject({ code: 'conflict' });
    await identity.accounts.enable('ci', operator);
    expect((await identity.verifyToken(first.token)).kind).toBe('valid');
    expect(types()).toEqual(expect.arrayContaining(['service-account.disabled', 'service-account.enabled']));
  });

  it('that is deleted revokes its tokens for good and frees its name', async () => {
    const { id } = await create('ci');
    const { token } = await tokenOf('ci');
    await identity.accounts.remove('ci', operator);
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'refused', cause: 'revoked' });
    expect(await identity.accounts.find(id)).toBeNull();
    expect((await create('ci')).id).not.toBe(id);
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'refused', cause: 'revoked' });
    platform.advance(91 * DAY_MS);
    await identity.accounts.sweep();
    platform.advance(11_000);
    expect(await identity.verifyToken(token)).toEqual({ kind: 'refused', cause: 'unknown' });
  });

  it('is changed in what is said only, and by no change that cannot be recorded', async () => {
    await create('ci', ['shop']);
    await tokenOf('ci');
    expect(await identity.accounts.change('ci', { purpose: 'ships' }, operator)).toMatchObject({
      purpose: 'ships',
      applications: ['shop'],
    });
    expect(changed).toEqual([]);
    expect(await identity.accounts.change('ci', { applications: [] }, operator)).toMatchObject({
      purpose: 'ships',
      applications: [],
    });
    expect(changed).toHaveLength(1);
    platform.failRecording(true);
    await expect(identity.accounts.disable('ci', operator)).rejects.toMatchObject({ code: 'audit-unavailable' });
    platform.failRecording(false);
    expect(await identity.accounts.find('ci')).toMatchObject({ status: 'active' });
    await expect(identity.accounts.disable('nobody', operator)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a token without an account', () => {
  it('gets the account of its name, and the next one of that name joins it', async () => {
    const first = await identity.createToken({ name: 'CI (main)', permissions: ['ban:read'], days: 1 }, operator, {
      owner: OWNER,
    });
    const second = await identity.createToken({ name: 'ci main', permissions: ['ban:read'], days: 1 }, operator);
    expect(first.view.account.name).toBe('ci-main');
    expect(second.view.account).toEqual(first.view.account);
    expect((await identity.accounts.find('ci-main'))?.owner?.name).toBe('ada');
  });

  it('is refused where an account is named that is none, or nothing could be done with it', async () => {
    const input = { name: 'ci', permissions: ['ban:read' as const], days: 1 };
    await expect(identity.createToken({ ...input, account: 'nobody' }, operator)).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(identity.createToken({ ...input, permissions: [] }, operator)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(identity.createToken({ ...input, cidrs: ['192.0.2.0/99'] }, operator)).rejects.toMatchObject({
      code: 'input-invalid',
    });
    expect((await identity.accounts.list({ limit: 5 })).items).toEqual([]);
    await create('shopper', ['shop']);
    expect((await identity.createToken({ ...input, permissions: [], account: 'shopper' }, operator)).view.permissions).toEqual(
      [],
    );
  });

  it.each([
    ['CI (GitHub)', 'ci-github'],
    ['  ', 'token'],
    ['Ä', 'token'],
    ['x'.repeat(100), 'x'.repeat(63)],
    [`${'x'.repeat(62)} y`, 'x'.repeat(62)],
  ])('%s is of the account %s', (name, account) => expect(accountNameOf(name)).toBe(account));
});
