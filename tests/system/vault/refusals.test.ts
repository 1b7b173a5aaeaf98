import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../support/files.ts';
import { startVaultStand, type VaultStand } from '../../support/vault-stand.ts';

interface Listed {
  readonly items?: readonly { readonly type: string; readonly payload: Record<string, unknown> }[];
  readonly events?: readonly { readonly type: string; readonly payload: Record<string, unknown> }[];
}

let stand: VaultStand;
beforeAll(async () => {
  stand = await startVaultStand();
});
afterAll(async () => stand[Symbol.asyncDispose]());

const eventsOf = async (type: string) => {
  const { data } = await stand.running.cli<Listed>('audit', 'tail', '--type', type);
  return data.items ?? data.events ?? [];
};
const newToken = async (body: object): Promise<string> => {
  const made = await stand.call('POST', '/v1/auth/token/create', { body });
  return (made.body as { auth: { client_token: string } }).auth.client_token;
};

describe('who may not', () => {
  it('is told the same as with a Vault, and one record tells of it', async () => {
    const reader = await newToken({ policies: ['secret:read'], ttl: '10m' });
    const unknown = `hf_${'0'.repeat(49)}`;
    const none = await stand.call('GET', '/v1/shop/data/production/KEY', { token: null });
    expect(none).toMatchObject({ status: 403, body: { errors: ['missing client token'] } });
    const wrong = await stand.call('GET', '/v1/shop/data/production/KEY', { token: unknown });
    expect(wrong).toMatchObject({ status: 403, body: { errors: ['permission denied'] } });
    // Strangers are not told what is here either.
    expect(await stand.call('GET', '/v1/no/such/path', { token: null })).toMatchObject({ status: 403 });
    expect(await stand.call('GET', '/v1/no/such/path')).toMatchObject({ status: 404 });
    const denied = await stand.call('POST', '/v1/transit/keys/mine', { token: reader, body: {} });
    expect(denied).toMatchObject({ status: 403, body: { errors: ['permission denied'] } });
    await expect
      .poll(async () => (await eventsOf('token.refused')).map(({ payload }) => [payload['cause'], payload['route']]))
      .toEqual(
        expect.arrayContaining([
          ['missing', 'GET /v1/shop/data/production/KEY'],
          ['permission', 'POST /v1/transit/keys/mine'],
        ]),
      );
    const refusals = (await eventsOf('token.refused')).filter(({ payload }) => payload['route'] === 'POST /v1/transit/keys/mine');
    expect(refusals).toHaveLength(1);
    // The honest twin.
    expect(await stand.call('POST', '/v1/transit/keys/mine', { body: {} })).toMatchObject({ status: 200 });
  });

  it('does not get more by making a token or a role', async () => {
    const maker = await newToken({ policies: ['token:write', 'token:read', 'secret:read'], ttl: '10m' });
    const asked = { policies: ['secret:reveal'] };
    expect(await stand.call('POST', '/v1/auth/token/create', { token: maker, body: asked })).toMatchObject({ status: 403 });
    const role = { token_policies: ['secret:reveal'] };
    expect(await stand.call('POST', '/v1/auth/approle/role/more', { token: maker, body: role })).toMatchObject({ status: 403 });
    const other = { token_policies: ['secret:read'], service_account: 'somebody' };
    expect(await stand.call('POST', '/v1/auth/approle/role/more', { token: maker, body: other })).toMatchObject({ status: 403 });
    expect(await stand.call('POST', '/v1/auth/token/create', { body: { policies: ['root'] } })).toMatchObject({ status: 400 });
    const own = { token_policies: ['secret:read'] };
    expect(await stand.call('POST', '/v1/auth/approle/role/less', { token: maker, body: own })).toMatchObject({ status: 204 });
    // Somebody who may more does so; the secret ids of that role are not for those who may less.
    expect(await stand.call('POST', '/v1/auth/approle/role/strong', { body: role })).toMatchObject({ status: 204 });
    expect(await stand.call('POST', '/v1/auth/approle/role/strong/secret-id', { token: maker, body: {} })).toMatchObject({
      status: 403,
    });
  });

  it('is slowed down when guessing', async () => {
    const guesses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) =>
        stand.call('GET', '/v1/sys/mounts', { token: `hf_${String(index).padStart(49, '0')}` }),
      ),
    );
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.every((status) => status === 403 || status === 429)).toBe(true);
    expect(statuses).toContain(429);
    expect(await stand.call('GET', '/v1/sys/mounts')).toMatchObject({ status: 200 });
  });
});

describe('tokens', () => {
  it('stand in no log, no record and no file, in whichever way they were sent', async () => {
    const secret = await newToken({ policies: ['secret:reveal'], ttl: '10m' });
    const role = { token_policies: ['secret:reveal'] };
    await stand.call('POST', '/v1/auth/approle/role/quiet', { body: role });
    const wrapped = await stand.call('POST', '/v1/auth/approle/role/quiet/secret-id', { headers: { 'x-vault-wrap-ttl': '60' } });
    const { token: wrapping } = (wrapped.body as { wrap_info: { token: string } }).wrap_info;
    const opened = await stand.call('POST', '/v1/sys/wrapping/unwrap', { token: null, body: { token: wrapping } });
    const { secret_id: secretId } = (opened.body as { data: { secret_id: string } }).data;
    expect(await stand.call('POST', '/v1/sys/wrapping/unwrap', { token: wrapping })).toMatchObject({ status: 400 });
    await stand.call('POST', '/v1/auth/approle/login', { token: null, body: { role_id: 'wrong', secret_id: secretId } });
    await stand.call('GET', '/v1/shop/data/production/none', { token: secret });
    const searched = [secret, wrapping, secretId, stand.token];
    // At rest: a process that runs writes and replaces files while they are read.
    await stand.running.kill('SIGTERM');
    const files = [...filesBelow(stand.running.dataDir)];
    expect(files.length).toBeGreaterThan(20);
    for (const { path, bytes } of files) for (const each of searched) expect(bytes.includes(each), path).toBe(false);
    for (const each of searched) expect(stand.running.stderr).not.toContain(each);
  });
});
