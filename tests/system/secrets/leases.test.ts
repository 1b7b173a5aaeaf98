import type { DatabaseCredentials, Lease, Page } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostCall } from '../../support/host-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, psqlAs, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { ADMIN_REF, Operator, until, urlOf } from './rotation-stand.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const GONE_MS = 5000;
const CREATION =
  'create role {{name}} login password {{password}} valid until {{expiration}}; grant select, insert on thing to {{name}}; grant create on schema public to {{name}}';

describe.skipIf(postgresMissing !== null)('database users on demand (scenario 18)', () => {
  let cluster: PostgresCluster;
  let holdfast: HoldfastProcess;
  let operator: Operator;
  const dataDir = mkdtempSync(join(tmpdir(), 'hf-leases-'));
  const start = async (killAt?: string): Promise<HoldfastProcess> => {
    const env = { HOLDFAST_AUDIT__BALLAST_BYTES: '0', ...(killAt === undefined ? {} : { HOLDFAST_TEST_KILL_AT: killAt }) };
    holdfast = await HoldfastProcess.start({ dataDir, env });
    operator = new Operator(holdfast);
    return holdfast;
  };
  const setRole = async (name: string, more: object = {}): Promise<void> => {
    const role = { name, connection: 'main', application: 'secret', environment: 'production', creation: CREATION };
    await operator.call('PUT', '/api/v1/database-roles', { ...role, ...more });
  };
  const issue = async (role = 'reporting'): Promise<DatabaseCredentials> =>
    operator.call('POST', `/api/v1/database-roles/${role}/credentials`, { purpose: 'reporting' });
  const users = async (): Promise<string[]> =>
    (await cluster.query(`select rolname from pg_roles where rolname like 'hf\\_%' order by 1`))
      .split('\n')
      .filter((name) => name !== '');
  const isGone = async (name: string): Promise<true | null> => ((await users()).includes(name) ? null : true);
  const leaseOf = async (id: string): Promise<Lease | undefined> => {
    const { items } = await operator.call<Page<Lease>>('GET', '/api/v1/leases?ended=true&limit=200');
    return items.find((lease) => lease.id === id);
  };

  beforeAll(async () => {
    cluster = await createPostgresCluster({ asksPasswords: true });
    await cluster.query(
      `create role maker login createrole password 'maker-of-a-test'; grant connect on database holdfast to maker`,
    );
    await cluster.query('create table thing (n integer); alter table thing owner to maker; alter schema public owner to maker');
    await start();
    await operator.write(ADMIN_REF, { url: urlOf(cluster, 'maker', 'maker-of-a-test') });
    await operator.call('PUT', '/api/v1/database-connections', { name: 'main', admin: ADMIN_REF });
    await setRole('reporting');
  }, 180_000);
  afterAll(async () => {
    await holdfast?.kill('SIGTERM');
    await cluster?.[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('SQL that the server refuses, and words that are no placeholders, are refused when they are written', async () => {
    const role = { name: 'wrong', connection: 'main', application: 'secret', environment: 'production' };
    for (const creation of [
      'create role {{name}} login password {{password}}; grant select on nowhere to {{name}}',
      'create role {{name}} login password {{password}} in role {{other}}',
      'create role x',
    ])
      expect(await hostCall(holdfast, 'PUT', '/api/v1/database-roles', { ...role, creation })).toMatchObject({ status: 400 });
    expect(await users()).toEqual([]);
    const nobody = { ...ADMIN_REF, name: 'NOBODY' };
    await operator.write(nobody, { url: urlOf(cluster, 'maker', 'wrong') });
    const refused = await hostCall(holdfast, 'PUT', '/api/v1/database-connections', { name: 'other', admin: nobody });
    expect(refused).toMatchObject({ status: 502, body: { code: 'target-failed' } });
  });

  it('a user works at once, and is gone within 5 s of its revocation, with its sessions and what it owned kept', async () => {
    const { lease, username, password } = await issue();
    const url = urlOf(cluster, username, password);
    expect(await psqlAs(url, 'insert into thing values (7); create table report (n integer)')).toBeNull();
    const session = psqlAs(url, 'select pg_sleep(25)');
    await until(async () =>
      (await cluster.query(`select count(*) from pg_stat_activity where usename = '${username}'`)) === '1' ? true : null,
    );
    const began = performance.now();
    const revoked = await operator.call<Lease>('POST', '/api/v1/leases/revoke', { lease: lease.id });
    await until(async () => isGone(username));
    expect(performance.now() - began).toBeLessThan(GONE_MS);
    expect(revoked).toMatchObject({ state: 'ended', ending: 'revoked' });
    expect(await session).toMatch(/terminating connection|server closed/u);
    expect(await psqlAs(url, 'select 1')).toMatch(/password authentication failed/u);
    expect(await cluster.query(`select tableowner from pg_tables where tablename = 'report'`)).toBe('maker');
    await cluster.query('drop table report');
  });

  it('a renewed user lives longer, never beyond the longest, and a user that nobody renews ends by itself', async () => {
    await setRole('short', { ttlSeconds: 3, ttlSecondsMax: 6 });
    const [kept, left] = [await issue('short'), await issue('short')];
    const renewed = await operator.call<Lease>('POST', '/api/v1/leases/renew', { lease: kept.lease.id, seconds: 3600 });
    expect(renewed.expiresAt).toBe(kept.lease.expiresAtMost);
    await until(async () => isGone(left.username));
    const ended = await until(async () => {
      const lease = await leaseOf(left.lease.id);
      return lease?.state === 'ended' ? lease : null;
    });
    expect(ended.ending).toBe('expired');
    expect((ended.endedAt ?? Infinity) - ended.expiresAt).toBeLessThan(GONE_MS);
    await until(async () => isGone(kept.username));
    const last = await until(async () => {
      const lease = await leaseOf(kept.lease.id);
      return lease?.state === 'ended' ? lease : null;
    });
    expect((last.endedAt ?? 0) >= renewed.expiresAt).toBe(true);
    const late = await hostCall(holdfast, 'POST', '/api/v1/leases/renew', { lease: kept.lease.id });
    expect(late.status).toBe(409);
  });

  it('all of a role end by prefix, and no others', async () => {
    await setRole('other');
    const [one, two, other] = [await issue(), await issue(), await issue('other')];
    const answer = await operator.call('POST', '/api/v1/leases/revoke-prefix', { prefix: 'database/creds/reporting/' });
    expect(answer).toEqual({ revoked: 2 });
    const left = await users();
    expect(left).toEqual([other.username]);
    expect([one.username, two.username].some((name) => left.includes(name))).toBe(false);
    const listed = await holdfast.cli<{ leases: Lease[] }>('secret', 'lease', 'list');
    expect(listed.data.leases.map(({ id }) => id)).toEqual([other.lease.id]);
    const revoked = await holdfast.cli<Lease>('secret', 'lease', 'revoke', other.lease.id);
    expect(revoked).toMatchObject({ code: 0, data: { state: 'ended' } });
    expect(await users()).toEqual([]);
  });

  it('many are made at once and end at once, although all have rights on the same table', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => issue()));
    expect(new Set(await users())).toEqual(new Set(made.map(({ username }) => username)));
    const answer = await operator.call('POST', '/api/v1/leases/revoke-prefix', { prefix: 'database/creds/reporting/' });
    expect(answer).toEqual({ revoked: 12 });
    expect(await users()).toEqual([]);
  });

  it('a database that is away keeps the lease ending, and the user is gone when it is back', async () => {
    const { lease, username } = await issue();
    await cluster.crash();
    const revoked = await operator.call<Lease>('POST', '/api/v1/leases/revoke', { lease: lease.id });
    expect(revoked).toMatchObject({ state: 'ending', trouble: 'the server does not answer' });
    expect((await hostCall(holdfast, 'POST', '/api/v1/database-roles/reporting/credentials', { purpose: 'x' })).status).toBe(502);
    await cluster.start();
    await until(async () => isGone(username));
    await until(async () => ((await leaseOf(lease.id))?.state === 'ended' ? true : null));
    await until(async () => ((await users()).length === 0 ? true : null));
  });

  it('what was lent and is over while nobody runs is gone within 5 s of the next start', async () => {
    const { lease, username } = await issue('short');
    await holdfast.kill('SIGKILL');
    expect(await users()).toEqual([username]);
    await start();
    await until(async () => isGone(username));
    const ended = await until(async () => {
      const found = await leaseOf(lease.id);
      return found?.state === 'ended' ? found : null;
    });
    expect(ended.ending).toBe('expired');
  });

  it.each(['lease:begun', 'lease:made'])('a process that is killed at %s leaves no user behind', async (point) => {
    await holdfast.kill('SIGTERM');
    await start(point);
    const dead = new Promise((done) => holdfast.child.once('exit', (_code, signal) => done(signal)));
    await hostCall(holdfast, 'POST', '/api/v1/database-roles/reporting/credentials', { purpose: 'x' }).catch(() => undefined);
    expect(await dead).toBe('SIGKILL');
    expect((await users()).length).toBe(point === 'lease:made' ? 1 : 0);
    await start();
    await until(async () => ((await users()).length === 0 ? true : null));
    const { items } = await operator.call<Page<Lease>>('GET', '/api/v1/leases?ended=true&limit=200');
    expect(items.some(({ state, ending }) => state === 'ended' && ending === 'failed')).toBe(true);
  });

  it('no password is in the log of the server or in a record', async () => {
    const { password, lease } = await issue();
    expect(cluster.log()).not.toContain(password);
    const { stdout } = await holdfast.cli('audit', 'tail', '--type', 'lease.issued');
    expect(stdout).toContain(lease.id);
    expect(stdout).not.toContain(password);
    await operator.call('POST', '/api/v1/leases/revoke', { lease: lease.id });
  });
});
