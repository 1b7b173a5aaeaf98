import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../platform/log.ts';
import { Refusal } from '../../platform/refusal.ts';
import { createAccess } from '../access/index.ts';
import { createSecrets, type SecretsDomain } from './create-secrets.ts';
import { at, calling, HOST, openTestSecrets, program, type TestSecrets } from './test-secrets.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const KEY = at('API_KEY');
const LOOKED_AT_MS = 1000;
let test: TestSecrets;
let other: SecretsDomain;
let isSealed: boolean;

/** Another node on the same database: it hears of nothing, and its keyring can be sealed. */
beforeAll(async () => {
  test = await openTestSecrets();
  const { platform, applications, access, keyring } = test;
  const elsewhere = createAccess({ ...platform, log: silentLog, applications, directory: access.directory });
  const open: typeof keyring.open = (envelope, place) => {
    if (isSealed) throw new Refusal('keyring-sealed');
    return keyring.open(envelope, place);
  };
  other = createSecrets({ ...platform, applications, access: elsewhere, keyring: { ...keyring, open } });
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => {
  isSealed = false;
  await test.platform.db.query('delete from secret_entry; delete from secret_grant; delete from identity_service_account');
  await test.secrets.write(KEY, { data: { value: 'one' } }, HOST);
  test.platform.recorded.length = 0;
});

describe('at another node', () => {
  it('leave that is given or taken here counts after a second', async () => {
    const ci = await test.identity.accounts.create({ name: 'ci', purpose: 'x', owner: null, applications: [] }, operator);
    const reader = calling(program(ci, 'secret:reveal'));
    const denied = { code: 'access-denied' };
    await expect(other.secrets.read(KEY, reader)).rejects.toMatchObject(denied);
    const what = { application: 'shop', environment: 'production', name: 'API_KEY' };
    const { id } = await test.grants.give({ ...what, to: { kind: 'account', name: 'ci' } }, operator);
    expect(await test.secrets.read(KEY, reader)).toMatchObject({ version: 1 });
    test.platform.advance(LOOKED_AT_MS);
    expect(await other.secrets.read(KEY, reader)).toMatchObject({ version: 1 });
    await test.grants.revoke(id, operator);
    await expect(test.secrets.read(KEY, reader)).rejects.toMatchObject(denied);
    test.platform.advance(LOOKED_AT_MS);
    await expect(other.secrets.read(KEY, reader)).rejects.toMatchObject(denied);
  });

  it('a version that is written or deleted here is given, or not given, at once', async () => {
    await test.secrets.write(KEY, { data: { value: 'two' } }, HOST);
    expect(await other.secrets.read(KEY, HOST)).toMatchObject({ version: 2, data: { value: 'two' } });
    await test.secrets.deleteVersions(KEY, [2], HOST);
    await expect(other.secrets.read(KEY, HOST)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('while the keyring is sealed', () => {
  it('nothing is given nor written, no damage is told of, and names can be seen', async () => {
    expect(await other.secrets.read(KEY, HOST)).toMatchObject({ data: { value: 'one' } });
    test.platform.recorded.length = 0;
    isSealed = true;
    await expect(other.secrets.read(KEY, HOST)).rejects.toMatchObject({ code: 'keyring-sealed' });
    await expect(other.secrets.write(KEY, { data: { value: 'two' } }, HOST)).rejects.toMatchObject({ code: 'keyring-sealed' });
    await expect(other.secrets.rollback(KEY, { version: 1 }, HOST)).rejects.toMatchObject({ code: 'keyring-sealed' });
    expect(await other.secrets.find(KEY, HOST)).toMatchObject({ currentVersion: 1, latestVersion: 1 });
    expect(test.platform.recorded).toEqual([]);
    isSealed = false;
    expect(await other.secrets.read(KEY, HOST)).toMatchObject({ version: 1 });
  });
});
