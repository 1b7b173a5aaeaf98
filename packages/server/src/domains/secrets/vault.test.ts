import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createIdentity, hashToken, type Identity } from '../identity/index.ts';
import { createAppRoles, createTransit, createVaultAreas, createVaultTokens, createWrapping } from './index.ts';

const OPERATOR = { kind: 'operator', ref: 'host:0' } as const;
const HOUR_MS = 3_600_000;

let platform: TestPlatform;
let identity: Identity;
let account: { readonly id: string; readonly name: string };
let keyring: Awaited<ReturnType<typeof openKeyring>>;

beforeAll(async () => {
  platform = await openTestPlatform();
  identity = createIdentity(platform);
  account = await identity.accounts.create({ name: 'web', owner: null, applications: [] }, OPERATOR);
  await mkdir(path.join(platform.dataDir, 'keys'), { recursive: true });
  keyring = await openKeyring({ dataDir: platform.dataDir });
});
afterAll(async () => platform[Symbol.asyncDispose]());

const tokensOf = () => createVaultTokens({ ...platform, identity });
const wanted = (change: object = {}) => ({
  account,
  displayName: 'test',
  permissions: ['secret:reveal' as const],
  parent: null,
  ...change,
});
const dump = async (table: string): Promise<string> => JSON.stringify(await platform.db.query(`select * from ${table}`));

describe('a short-lived token', () => {
  it('is good until its time, and stands nowhere', async () => {
    const tokens = tokensOf();
    const { text, token } = await tokens.create(wanted({ ttlMs: HOUR_MS }), OPERATOR);
    expect(await tokens.verify(text, null)).toMatchObject({ kind: 'valid', token: { accessor: token.accessor } });
    expect(await dump('secrets_vault_token')).not.toContain(text);
    expect(JSON.stringify(platform.recorded)).not.toContain(text);
    platform.advance(HOUR_MS + 1000);
    expect(await tokens.verify(text, null)).toMatchObject({ kind: 'refused', cause: 'expired' });
    expect(await tokens.verify(`${text.slice(0, -1)}_`, null)).toEqual({ kind: 'unknown' });
  });

  it('is renewed up to its end and no further', async () => {
    const tokens = tokensOf();
    const { text, token } = await tokens.create(wanted({ ttlMs: HOUR_MS, maxTtlMs: 2 * HOUR_MS }), OPERATOR);
    const renewed = await tokens.renew(token.accessor, 10 * HOUR_MS, OPERATOR);
    expect(renewed.expiresAt).toBe(token.endsAt);
    platform.advance(HOUR_MS + 60_000);
    expect(await tokens.verify(text, null)).toMatchObject({ kind: 'valid' });
    const fixed = await tokens.create(wanted({ isRenewable: false }), OPERATOR);
    await expect(tokens.renew(fixed.token.accessor, null, OPERATOR)).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('with uses is good so many times, however many come at once', async () => {
    const tokens = tokensOf();
    const { text } = await tokens.create(wanted({ uses: 3 }), OPERATOR);
    const kinds = await Promise.all(Array.from({ length: 10 }, async () => (await tokens.verify(text, null)).kind));
    expect(kinds.filter((kind) => kind === 'valid')).toHaveLength(3);
  });

  it('ends with its parent, with the account, and is good from its prefixes only', async () => {
    const tokens = tokensOf();
    const parent = await tokens.create(wanted(), OPERATOR);
    const child = await tokens.create(wanted({ parent: { kind: 'vault', accessor: parent.token.accessor } }), OPERATOR);
    const grandchild = await tokens.create(wanted({ parent: { kind: 'vault', accessor: child.token.accessor } }), OPERATOR);
    expect(await tokens.verify(grandchild.text, null)).toMatchObject({ kind: 'valid' });
    await tokens.revoke(parent.token.accessor, OPERATOR);
    for (const { text } of [parent, child, grandchild])
      expect(await tokens.verify(text, null)).toMatchObject({ kind: 'refused', cause: 'revoked' });

    const here = await tokens.create(wanted({ cidrs: ['192.0.2.0/24'] }), OPERATOR);
    expect(await tokens.verify(here.text, '192.0.2.9')).toMatchObject({ kind: 'valid' });
    expect(await tokens.verify(here.text, '192.0.3.9')).toMatchObject({ kind: 'refused', cause: 'address' });
    await identity.accounts.disable('web', OPERATOR);
    tokens.forget();
    expect(await tokens.verify(here.text, '192.0.2.9')).toMatchObject({ kind: 'refused', cause: 'disabled' });
    await identity.accounts.enable('web', OPERATOR);
  });

  it('made with the token of an account ends when that one is revoked', async () => {
    const tokens = tokensOf();
    const made = await identity.createToken({ name: 'ci', permissions: ['secret:reveal'], account: 'web', days: 1 }, OPERATOR);
    const parent = { kind: 'account', hash: hashToken(made.token).toString('hex') } as const;
    const child = await tokens.create(wanted({ parent }), OPERATOR);
    expect(await tokens.verify(child.text, null)).toMatchObject({ kind: 'valid' });
    await identity.revokeToken(made.view.id, OPERATOR);
    expect(await tokens.verify(child.text, null)).toMatchObject({ kind: 'refused', cause: 'revoked' });
  });
});

describe('a role', () => {
  it('lets in who has both of its words, as often as its secret id says', async () => {
    const roles = createAppRoles({ ...platform, accounts: identity.accounts, tokens: tokensOf() });
    const role = await roles.save(
      'web',
      { permissions: ['secret:reveal'], settings: { secretIdUses: 2, purpose: 'shop' } },
      OPERATOR,
    );
    expect(role.account).toBe(account.id);
    const { text: secretId, id } = await roles.issue('web', { meta: { host: 'a' }, cidrs: [], tokenCidrs: [] }, OPERATOR);
    const login = { roleId: role.roleId, secretId, address: null };
    expect(await roles.login({ ...login, roleId: 'another' })).toBeNull();
    expect(await roles.login({ ...login, secretId: 'wrong' })).toBeNull();
    const made = await Promise.all(Array.from({ length: 6 }, async () => roles.login(login)));
    const good = made.filter((each) => each !== null);
    expect(good).toHaveLength(2);
    expect(good[0]?.token).toMatchObject({ role: 'web', meta: { purpose: 'shop', host: 'a', role_name: 'web' } });
    expect(await roles.findSecretId('web', { accessor: id.accessor })).toBeNull();
    expect(await dump('secrets_approle_secret_id')).not.toContain(secretId);
    // Settings that are not named stay.
    expect((await roles.save('web', { settings: { tokenUses: 1 } }, OPERATOR)).settings).toMatchObject({
      secretIdUses: 2,
      tokenUses: 1,
    });
  });

  it('lets nobody in from elsewhere, too late, or after its account was disabled', async () => {
    const roles = createAppRoles({ ...platform, accounts: identity.accounts, tokens: tokensOf() });
    const { roleId } = await roles.save('far', { account: 'web', settings: {} }, OPERATOR);
    const issue = async (change: object) =>
      (await roles.issue('far', { meta: {}, cidrs: [], tokenCidrs: [], ...change }, OPERATOR)).text;
    const near = await issue({ cidrs: ['192.0.2.0/24'] });
    expect(await roles.login({ roleId, secretId: near, address: '198.51.100.1' })).toBeNull();
    expect(await roles.login({ roleId, secretId: near, address: '192.0.2.1' })).not.toBeNull();
    const short = await issue({ ttlMs: 1000 });
    platform.advance(2000);
    expect(await roles.login({ roleId, secretId: short, address: null })).toBeNull();
    const any = await issue({});
    await identity.accounts.disable('web', OPERATOR);
    expect(await roles.login({ roleId, secretId: any, address: null })).toBeNull();
    await identity.accounts.enable('web', OPERATOR);
    expect(await roles.login({ roleId, secretId: any, address: null })).not.toBeNull();
    await roles.remove('far', OPERATOR);
    expect(await roles.login({ roleId, secretId: any, address: null })).toBeNull();
  });
});

describe('a wrapped answer', () => {
  it('opens once, whoever is faster, and the second try is an alarm', async () => {
    const wrapping = createWrapping({ ...platform, keyring });
    const text = '{"data":{"password":"swordfish"}}';
    const { token } = await wrapping.wrap({ text, path: 'shop/data/x', ttlMs: 60_000 }, OPERATOR);
    expect(await dump('secrets_wrapped_answer')).not.toContain('swordfish');
    expect(await wrapping.find(token)).toMatchObject({ path: 'shop/data/x' });
    const opened = await Promise.all([1, 2, 3, 4].map(async () => wrapping.unwrap(token, OPERATOR)));
    expect(opened.filter((each) => each === text)).toHaveLength(1);
    const alarms = platform.recorded.filter(({ type }) => type === 'vault.wrapping.opened-twice');
    expect(alarms).toHaveLength(3);
    expect(alarms[0]).toMatchObject({ severity: 'high', outcome: 'refused' });
    expect(JSON.stringify(platform.recorded)).not.toContain(token);
  });

  it('is void after its time, and under its old token once it was wrapped anew', async () => {
    const wrapping = createWrapping({ ...platform, keyring });
    const one = await wrapping.wrap({ text: 'a', path: 'p', ttlMs: 1000 }, OPERATOR);
    platform.advance(2000);
    expect(await wrapping.unwrap(one.token, OPERATOR)).toBeNull();
    const two = await wrapping.wrap({ text: 'b', path: 'p', ttlMs: 60_000 }, OPERATOR);
    const anew = await wrapping.rewrap(two.token, OPERATOR);
    expect(await wrapping.unwrap(two.token, OPERATOR)).toBeNull();
    expect(await wrapping.unwrap(anew?.token ?? '', OPERATOR)).toBe('b');
  });
});

describe('an encryption key', () => {
  const nothing = Buffer.alloc(0);
  const plain = (text: string) => ({ plaintext: Buffer.from(text), associated: nothing });

  it('opens what any of its versions sealed, until that is no longer wanted', async () => {
    const transit = createTransit({ ...platform, keyring });
    await transit.create('orders', OPERATOR);
    const [first] = await transit.encrypt('orders', [plain('4111')], OPERATOR);
    await transit.rotate('orders', OPERATOR);
    const sealed = first?.kind === 'done' ? first.result.ciphertext : '';
    expect(sealed).toMatch(/^vault:v1:/u);
    const [moved] = await transit.rewrap('orders', [{ ciphertext: sealed, associated: nothing }], OPERATOR);
    expect(moved).toMatchObject({ kind: 'done', result: { version: 2 } });
    const read = async () => (await transit.decrypt('orders', [{ ciphertext: sealed, associated: nothing }], OPERATOR))[0];
    expect(await read()).toEqual({ kind: 'done', result: Buffer.from('4111') });
    await transit.configure('orders', { minDecryptionVersion: 2 }, OPERATOR);
    expect(await read()).toMatchObject({ kind: 'failed' });
    await expect(transit.remove('orders', OPERATOR)).rejects.toMatchObject({ code: 'input-invalid' });
    expect(platform.recorded.filter(({ type }) => type === 'vault.transit.used').length).toBeGreaterThanOrEqual(4);
  });

  it('opens nothing that was changed, cut, bound elsewhere or sealed by another', async () => {
    const transit = createTransit({ ...platform, keyring });
    await Promise.all(['one', 'two'].map(async (name) => transit.create(name, OPERATOR)));
    const bound = { plaintext: Buffer.from('x'), associated: Buffer.from('row 1') };
    const [item] = await transit.encrypt('one', [bound], OPERATOR);
    const ciphertext = item?.kind === 'done' ? item.result.ciphertext : '';
    const kindOf = async (name: string, text: string, associated: string) =>
      (await transit.decrypt(name, [{ ciphertext: text, associated: Buffer.from(associated) }], OPERATOR))[0]?.kind;
    expect(await kindOf('one', ciphertext, 'row 1')).toBe('done');
    expect(await kindOf('one', ciphertext, 'row 2')).toBe('failed');
    expect(await kindOf('two', ciphertext, 'row 1')).toBe('failed');
    expect(await kindOf('one', ciphertext.replace('vault:v1:', 'vault:v2:'), 'row 1')).toBe('failed');
    expect(await kindOf('one', 'vault:v1:AAAA', 'row 1')).toBe('failed');
    expect(await kindOf('one', 'nothing', 'row 1')).toBe('failed');
  });

  it('does nothing that cannot be recorded', async () => {
    const transit = createTransit({ ...platform, keyring });
    platform.failRecording(true);
    await expect(transit.encrypt('one', [plain('x')], OPERATOR)).rejects.toThrow();
    platform.failRecording(false);
    expect((await transit.encrypt('one', [plain('x')], OPERATOR))[0]?.kind).toBe('done');
  });
});

it('what lies sealed here is found by a change of keys', async () => {
  await createWrapping({ ...platform, keyring }).wrap({ text: 'a', path: 'p', ttlMs: HOUR_MS }, OPERATOR);
  for (const area of createVaultAreas(platform.db, keyring)) {
    const counts = [...(await area.count())];
    expect(counts.length, area.name).toBeGreaterThan(0);
    for (const [keyId] of counts) expect(await area.sample(keyId), area.name).toBe(true);
    expect(await area.reseal('data_another', 1), area.name).toBe(1);
  }
});
