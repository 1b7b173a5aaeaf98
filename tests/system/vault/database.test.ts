import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { startVaultStand, type VaultStand } from '../../support/vault-stand.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const CREATION = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'";

describe.skipIf(postgresMissing !== null)('database users through the Vault API', () => {
  let stand: VaultStand;
  let postgres: PostgresCluster;
  beforeAll(async () => {
    [stand, postgres] = await Promise.all([startVaultStand(), createPostgresCluster()]);
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });
  const exists = async (name: string): Promise<string> =>
    postgres.query(`select count(*) from pg_roles where rolname = '${name}'`);

  it('are made for a lease, renewed with it, and gone within seconds of its end', async () => {
    const connection_url = postgres.url.replace('postgres@', '{{username}}:{{password}}@');
    const config = {
      plugin_name: 'postgresql-database-plugin',
      connection_url,
      username: 'postgres',
      password: 'any',
      allowed_roles: '*',
    };
    expect(await stand.call('POST', '/v1/database/config/orders', { body: config })).toMatchObject({ status: 204 });
    const read = await stand.call('GET', '/v1/database/config/orders');
    expect(read).toMatchObject({ body: { data: { connection_details: { admin: 'secret/database/orders' } } } });
    expect(JSON.stringify(read.body)).not.toContain('any@');
    const role = { db_name: 'orders', creation_statements: [CREATION], default_ttl: '1h', max_ttl: '2h' };
    expect(await stand.call('POST', '/v1/database/roles/reporting', { body: role })).toMatchObject({ status: 204 });
    expect(await stand.call('GET', '/v1/database/roles?list=true')).toMatchObject({ body: { data: { keys: ['reporting'] } } });

    const given = await stand.call('GET', '/v1/database/creds/reporting');
    expect(given).toMatchObject({ status: 200, body: { renewable: true, data: { username: expect.any(String) } } });
    const { lease_id: lease, data } = given.body as { lease_id: string; data: { username: string } };
    expect(await exists(data.username)).toBe('1');
    const renewed = await stand.call('PUT', '/v1/sys/leases/renew', { body: { lease_id: lease, increment: 5400 } });
    expect(renewed).toMatchObject({ status: 200, body: { lease_id: lease, renewable: true } });
    expect(await stand.call('PUT', '/v1/sys/leases/lookup', { body: { lease_id: lease } })).toMatchObject({
      body: { data: { id: lease } },
    });
    const listed = await stand.call('GET', '/v1/sys/leases/lookup/database/creds/reporting?list=true');
    expect(listed).toMatchObject({ body: { data: { keys: [lease.split('/').at(-1)] } } });
    expect(await stand.call('PUT', '/v1/sys/leases/revoke', { body: { lease_id: lease } })).toMatchObject({ status: 204 });
    await expect.poll(async () => exists(data.username), { timeout: 30_000 }).toBe('0');
    expect(await stand.call('PUT', '/v1/sys/leases/renew', { body: { lease_id: lease } })).toMatchObject({ status: 400 });
  });

  it('that stay get another password, which is read like a secret', async () => {
    // Only then is there a password to verify: everybody but the administrator has to give one.
    const rules = ['local all all trust', 'host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256', ''];
    writeFileSync(await postgres.query('show hba_file'), rules.join('\n'));
    await postgres.query('select pg_reload_conf()');
    await postgres.query("create role service login password 'before'");
    const role = { db_name: 'orders', username: 'service', rotation_period: 86_400 };
    expect(await stand.call('POST', '/v1/database/static-roles/service', { body: role })).toMatchObject({ status: 204 });
    const first = await stand.call('GET', '/v1/database/static-creds/service');
    expect(first).toMatchObject({ status: 200, body: { data: { username: 'service', rotation_period: 86_400 } } });
    const { password } = (first.body as { data: { password: string } }).data;
    expect(password.length).toBeGreaterThan(15);
    expect(await postgres.query("select rolpassword like 'SCRAM-SHA-256%' from pg_authid where rolname = 'service'")).toBe('t');
    // One at a time: as long as the first one looks whether the old password is refused, there is no second one.
    const again = await stand.call('POST', '/v1/database/rotate-role/service');
    expect([204, 400]).toContain(again.status);
    expect(await stand.call('GET', '/v1/database/static-roles/service')).toMatchObject({
      body: { data: { username: 'service' } },
    });
  });

  it('are for those with a right to them only', async () => {
    const made = await stand.call('POST', '/v1/auth/token/create', { body: { policies: ['secret:read'], ttl: '10m' } });
    const { client_token: token } = (made.body as { auth: { client_token: string } }).auth;
    expect(await stand.call('GET', '/v1/database/creds/reporting', { token })).toMatchObject({ status: 403 });
    expect(await stand.call('GET', '/v1/database/creds/none')).toMatchObject({ status: 404 });
  });
});
