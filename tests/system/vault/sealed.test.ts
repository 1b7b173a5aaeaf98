import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVaultStand, type VaultStand } from '../../support/vault-stand.ts';

describe('a process whose keys are put away', () => {
  let stand: VaultStand;
  beforeAll(async () => {
    stand = await startVaultStand({ HOLDFAST_KEYRING__WHEN_SEALED: 'serve' });
  });
  afterAll(async () => stand[Symbol.asyncDispose]());

  it('says so to load balancers and to whoever wants a secret', async () => {
    const secret = '/v1/shop/data/production/KEY';
    expect(await stand.call('POST', secret, { body: { data: { value: 'v' } } })).toMatchObject({ status: 200 });
    expect(await stand.call('GET', '/v1/sys/seal-status', { token: null })).toMatchObject({
      status: 200,
      body: { sealed: false },
    });
    // The operator's token has no right to it: sealing stops applications.
    expect(await stand.call('PUT', '/v1/sys/seal')).toMatchObject({ status: 403 });
    expect((await stand.running.cli('key', 'seal', '--reason', 'test', '--yes')).code).toBe(0);
    const status = await stand.call('GET', '/v1/sys/seal-status', { token: null });
    expect(status).toMatchObject({ status: 200, body: { sealed: true, initialized: true } });
    expect(await stand.call('GET', '/v1/sys/health', { token: null })).toMatchObject({ status: 503, body: { sealed: true } });
    expect(await stand.call('HEAD', '/v1/sys/health?sealedcode=299', { token: null })).toMatchObject({ status: 299 });
    expect(await stand.call('GET', secret)).toMatchObject({ status: 503, body: { errors: ['Vault is sealed'] } });
    expect((await stand.running.cli('key', 'unseal')).code).toBe(0);
    await expect.poll(async () => (await stand.call('GET', secret)).status).toBe(200);
  });
});
