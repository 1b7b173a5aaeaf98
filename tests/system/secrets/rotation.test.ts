import type { EventView, Rotation } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { createPair, FIRST_PASSWORD, Operator, PAIR, queryAs, setUp, until, URL_REF, urlOf } from './rotation-stand.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const POLL_MS = 200;
const OVERLAP_SECONDS = 8;

/** A program that asks for its secret again and again, and works with what it was given now and the time before. */
class PollingApp {
  readonly failures: string[] = [];
  queries = 0;
  readonly versions = new Set<number>();
  readonly #client: AdminClient;
  #before: string | null = null;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#poll();
      await sleep(POLL_MS);
    }
  }

  async #poll(): Promise<void> {
    const path = '/api/v1/secrets/secret/production/DATABASE_URL/reveal';
    const { status, body } = await this.#client.call('POST', path, { purpose: 'testing' });
    if (status !== 200) return void this.failures.push(`the secret was answered ${status}`);
    // The contract's `secretValueSchema`.
    const { data, version } = body as { data: { url: string }; version: number };
    this.versions.add(version);
    for (const url of new Set([this.#before ?? data.url, data.url])) {
      this.queries += 1;
      const fault = await queryAs(url);
      if (fault !== null) this.failures.push(fault);
    }
    this.#before = data.url;
  }
}

describe.skipIf(postgresMissing !== null)('rotation of a PostgreSQL role pair (scenario 16)', () => {
  let cluster: PostgresCluster;
  let holdfast: HoldfastProcess;
  let operator: Operator;

  beforeAll(async () => {
    cluster = await createPostgresCluster({ asksPasswords: true });
    await createPair(cluster);
    await cluster.query(`alter system set log_statement = 'all'`);
    await cluster.query('select pg_reload_conf()');
    holdfast = await HoldfastProcess.start();
    operator = new Operator(holdfast);
    await setUp(operator, cluster, OVERLAP_SECONDS);
  }, 180_000);
  afterAll(async () => {
    await holdfast?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  it('a drill proves it and changes nothing', async () => {
    const drill = await operator.rotate({ drill: true });
    expect(drill).toMatchObject({ outcome: 'done', isDrill: true, newVersion: null });
    expect(await operator.states(URL_REF)).toEqual(['current']);
    expect(await cluster.query(`select count(*) from pg_authid where rolname = 'shop_b' and rolpassword is null`)).toBe('1');
    expect(await queryAs(await operator.read(URL_REF))).toBeNull();
  });

  it('an app that polls sees no failed query over three rotations, and each old password ends after its overlap', async () => {
    const account = await operator.call<{ name: string }>('POST', '/api/v1/service-accounts', { name: 'poller' });
    await operator.call('POST', '/api/v1/secret-grants', {
      ...URL_REF,
      to: { kind: 'account', name: account.name },
      purpose: 'testing',
    });
    const { token } = await operator.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'poller',
      account: account.name,
      permissions: ['secret:reveal'],
      days: 1,
    });
    using client = connectAdmin(holdfast, token);
    const app = new PollingApp(client);
    const ending = new AbortController();
    const polling = app.run(ending.signal);
    const used: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const before = await operator.read(URL_REF);
      const rotation = await operator.rotate();
      expect(rotation).toMatchObject({ step: 'overlap', trouble: null });
      const after = await operator.read(URL_REF);
      expect(after).not.toBe(before);
      used.push(new URL(after).username);
      expect(await queryAs(after)).toBeNull();
      if ((rotation.overlapUntil ?? 0) > Date.now() + 3000) expect(await queryAs(before)).toBeNull();
      expect(await operator.finished()).toMatchObject({ id: rotation.id, outcome: 'done' });
      expect(await queryAs(before)).toMatch(/password authentication failed/u);
    }
    ending.abort();
    await polling;
    expect(used).toEqual(['shop_b', 'shop_a', 'shop_b']);
    expect(app.failures).toEqual([]);
    expect(app.queries).toBeGreaterThan(20);
    expect(app.versions.size).toBe(4);
  }, 240_000);

  it('a new credential that does not log in is rolled back: the old one stays, and what was set is gone', async () => {
    const before = await operator.read(URL_REF);
    const idle = PAIR.find((role) => role !== new URL(before).username) ?? '';
    await cluster.query(`alter role ${idle} connection limit 0`);
    const rotation = await operator.rotate();
    const finished = rotation.finishedAt === null ? await operator.finished() : rotation;
    await cluster.query(`alter role ${idle} connection limit -1`);
    expect(finished).toMatchObject({ outcome: 'rolled-back', oldVersion: expect.any(Number) });
    expect(await operator.read(URL_REF)).toBe(before);
    expect(await queryAs(before)).toBeNull();
    expect(await operator.states(URL_REF)).not.toContain('staged');
    expect(await cluster.query(`select count(*) from pg_authid where rolname = '${idle}' and rolpassword is null`)).toBe('1');
    const { items } = await operator.call<{ items: EventView[] }>('GET', '/api/v1/events?type=rotation.failed');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ severity: 'high', outcome: 'failed', target: 'secret/production/DATABASE_URL' });
  });

  it('a server that trusts everybody proves nothing, and is refused', async () => {
    await using trusting = await createPostgresCluster();
    await createPair(trusting);
    const ref = { ...URL_REF, name: 'TRUSTING_URL' };
    const admin = { ...URL_REF, name: 'TRUSTING_ADMIN' };
    await operator.write(admin, { url: trusting.url });
    await operator.write(ref, { url: urlOf(trusting, 'shop_a', FIRST_PASSWORD) });
    const settings = { rotator: 'postgres-pair', admin, roles: PAIR };
    await operator.call('PUT', '/api/v1/rotation-plans', { ...ref, settings });
    const rotation = await operator.call<Rotation>('POST', '/api/v1/rotations', ref);
    expect(rotation).toMatchObject({ outcome: 'rolled-back', trouble: 'the server did not ask for the password' });
    expect(new URL(await operator.read(ref)).username).toBe('shop_a');
  });

  it('no password reaches the log of the server, of Holdfast, or a record', async () => {
    const url = new URL(await operator.read(URL_REF));
    expect(url.password).toMatch(/^[A-Za-z0-9]{40}$/u);
    const log = cluster.log();
    expect(log).toMatch(/alter role "shop_[ab]" password 'SCRAM-SHA-256\$4096:/u);
    expect(log).not.toContain(url.password);
    const { stdout } = await holdfast.cli('audit', 'tail', '--type', 'rotation.published');
    expect(stdout).not.toContain(url.password);
    expect(holdfast.stderr).not.toContain(url.password);
  });

  it('commands do the same: rotate with --watch, the list, and a failure is exit 1', async () => {
    const rotated = await holdfast.cli<Rotation>('secret', 'rotate', 'secret/production/DATABASE_URL', '--now', '--watch');
    expect(rotated).toMatchObject({ code: 0, data: { outcome: 'done' } });
    const listed = await holdfast.cli<{ plans: unknown[]; rotations: Rotation[] }>('secret', 'rotations', '--env', 'production');
    expect(listed.data.plans).toHaveLength(2);
    expect(listed.data.rotations[0]).toMatchObject({ id: rotated.data.id, outcome: 'done' });
    const refused = await holdfast.cli('secret', 'rotate', 'secret/production/TRUSTING_URL');
    expect(refused.code).toBe(1);
    const missing = await holdfast.cli<{ code: string }>('secret', 'rotate', 'secret/production/POSTGRES_ADMIN');
    expect(missing).toMatchObject({ code: 1, data: { code: 'rotation-missing' } });
    const wrong = await holdfast.cli('secret', 'rotation', 'set', 'secret/production/DATABASE_URL', '--rotator', 'redis');
    expect(wrong.code).toBe(2);
  });

  it('shows in the list of secrets when it is due', async () => {
    const shown = await until(async () =>
      operator.call<{ rotation: { rotator: string; nextAt: number } | null }>(
        'GET',
        '/api/v1/secrets/secret/production/DATABASE_URL',
      ),
    );
    expect(shown.rotation).toMatchObject({ rotator: 'postgres-pair', everyDays: 30, nextAt: expect.any(Number) });
  });
});
