import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { startSteadyClients } from '../../support/steady-clients.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

if (postgresMissing !== null) console.warn(postgresMissing);

const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";
const AWAY_MS = 5000;
const ATTACKS_AWAY_MIN = 10;

interface Recorded {
  readonly id: string;
  readonly payload: { readonly prefix?: string; readonly event?: string };
}

describe.skipIf(postgresMissing !== null)('with PostgreSQL', () => {
  let cluster: PostgresCluster;
  let application: TestApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;
  /** Request ids of answered refusals: each answer promised that `holdfast explain ID` will tell why. */
  const refused: string[] = [];
  /** Prefixes of bans that the API acknowledged. */
  const banned: string[] = [];

  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    cluster = stack.use(await createPostgresCluster());
    application = stack.use(await startTestApplication());
    server = stack.use(
      await HoldfastProcess.start({
        args: ['--to', application.url, '--mode', 'enforce'],
        env: { HOLDFAST_DATABASE_URL: cluster.url, HOLDFAST_AUDIT__BALLAST_BYTES: '0' },
      }),
    );
    admin = stack.use(await createAdminClient(server, ['ban:read', 'ban:write']));
  });
  afterAll(() => stack.disposeAsync());

  const attack = async (): Promise<void> => {
    const answer = await server.fetch(ATTACK);
    expect(answer.status).toBe(403);
    refused.push(String(answer.headers['x-request-id']));
  };
  const ban = async (prefix: string): Promise<number> => {
    const { status } = await admin.call('POST', '/api/v1/bans', { prefix, reason: 'a test' });
    if (status < 300) banned.push(prefix);
    return status;
  };
  const recorded = async (type: string): Promise<Recorded[]> =>
    (await server.cli<{ events: Recorded[] }>('audit', 'tail', '-n', '500', '--type', type)).data.events;
  const projected = async (): Promise<{ rows: number; size: number }> => ({
    rows: Number(await cluster.query('select count(*) from audit_event')),
    size: (await server.cli<{ size: number }>('audit', 'verify')).data.size,
  });

  test('it serves, records and keeps its state there; nothing embedded is made', async () => {
    await attack();
    expect(await ban('203.0.113.1')).toBeLessThan(300);
    expect(await cluster.query('select prefix from protection_ban')).toBe('203.0.113.1');
    expect((await server.cli<{ bans: unknown[] }>('ban', 'list')).data.bans).toHaveLength(1);
    await expect.poll(async () => (await projected()).rows, { timeout: 30_000 }).toBeGreaterThan(3);
    const stderr = server.stderr;
    expect(stderr).toContain('database ready');
    expect(stderr).not.toContain('embedded');
  });

  test('its password never reaches a message, also when it is wrong', async () => {
    const url = new URL(cluster.url);
    url.password = 'canary-password';
    url.pathname = '/missing';
    const ran = await holdfast(
      ['up', '--data-dir', `${server.dataDir}-other`, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'],
      {
        env: { HOLDFAST_DATABASE_URL: url.href, HOLDFAST_LISTEN__HTTP: '127.0.0.1:0', HOLDFAST_AUDIT__BALLAST_BYTES: '0' },
      },
    );
    expect(ran.code, ran.stderr).not.toBe(0);
    expect(ran.stderr).toMatch(/^ {2}code {2}\S+$/mu);
    expect(ran.stderr + ran.stdout).not.toMatch(/canary-password|^\s+at /mu);
  });

  test('away for five seconds: traffic goes on, changes are refused in words, no acknowledged record is lost', async () => {
    const steady = startSteadyClients({ origin: server.https, ca: server.ca(), clients: 4, pauseMs: 5 });
    await sleep(500);
    await cluster.crash();
    const until = performance.now() + AWAY_MS;
    const statuses = new Set<number>();
    let at = 0;
    // A busy machine is given longer: what is looked at below are some twenty refusals.
    while (performance.now() < until || at < ATTACKS_AWAY_MIN) {
      at += 1;
      await attack();
      statuses.add(await ban(`198.51.100.${at % 250}`));
      await sleep(50);
    }
    expect(statuses).toEqual(new Set([503]));
    const refusal = await admin.call('POST', '/api/v1/bans', { prefix: '198.51.100.251', reason: 'a test' });
    expect(refusal.body).toMatchObject({ code: 'database-unavailable' });
    // The operator at the socket is told the same, not a stack; the ledger itself is readable all the time.
    const told = await server.cli<{ code: string }>('ban', 'add', '198.51.100.252');
    expect([told.code, told.data.code]).toEqual([4, 'database-unavailable']);
    expect((await server.cli('health')).code).toBe(0);
    await cluster.start();
    await expect.poll(() => ban('203.0.113.2'), { timeout: 20_000, interval: 500 }).toBeLessThan(300);
    for (let more = 0; more < 10; more += 1) await attack();
    const report = await steady.stop();
    expect(report.failures).toEqual([]);
    expect(report.repeated + report.refused).toBe(0);
    expect(report.good).toBeGreaterThan(100);
    expect(refused.length).toBeGreaterThan(20);
    expect((await server.cli('audit', 'verify')).code).toBe(0);
    await expect.poll(async () => (await projected()).rows - (await projected()).size, { timeout: 20_000 }).toBe(0);
    const rows = await cluster.query("select request_id from audit_event where type = 'request.completed'");
    expect(rows.split('\n')).toEqual(expect.arrayContaining(refused));
    expect(new Set(rows.split('\n')).size).toBe(rows.split('\n').length);
  });

  test('what was refused meanwhile was not done, what was acknowledged was', async () => {
    const rows = await cluster.query('select prefix from protection_ban order by prefix');
    expect(rows.split('\n')).toEqual([...new Set(banned)].toSorted());
    const added = await recorded('ban.added');
    // Whatever else failed while it was away is recorded as undone as well: an alert, for example.
    const undone = new Set((await recorded('audit.action.rolled-back')).map(({ payload }) => payload.event));
    const done = added.filter(({ id }) => !undone.has(id));
    expect(done.map(({ payload }) => String(payload.prefix)).toSorted()).toEqual(banned.toSorted());
  });

  test('a server that accepts and never answers does not slow the traffic down', async () => {
    const before = startSteadyClients({ origin: server.https, ca: server.ca(), clients: 2, pauseMs: 5 });
    await sleep(2000);
    const usual = await before.stop();
    await cluster.signal('SIGSTOP');
    const during = startSteadyClients({ origin: server.https, ca: server.ca(), clients: 2, pauseMs: 5 });
    const waiting = ban('203.0.113.3');
    await sleep(2000);
    for (let at = 0; at < 5; at += 1) await attack();
    const report = await during.stop();
    await cluster.signal('SIGCONT');
    await waiting;
    expect(report.failures).toEqual([]);
    // A generous bound: it tells a stall from a shared machine, not fast from slow.
    expect(report.good).toBeGreaterThan(usual.good / 4);
    await expect.poll(() => ban('203.0.113.4'), { timeout: 20_000, interval: 500 }).toBeLessThan(300);
  });

  test('a start while it is away is refused with its code; the next one after it came back has everything', async () => {
    expect(await server.kill('SIGTERM')).toBe(0);
    await cluster.crash();
    const env = { HOLDFAST_DATABASE_URL: cluster.url, HOLDFAST_LISTEN__HTTP: '127.0.0.1:0', HOLDFAST_AUDIT__BALLAST_BYTES: '0' };
    const args = ['--data-dir', server.dataDir, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--to', application.url];
    for (const url of [cluster.url, cluster.socketUrl]) {
      const ran = await holdfast(['up', ...args], { env: { ...env, HOLDFAST_DATABASE_URL: url } });
      expect(ran.stderr).toMatch(/^ {2}code {2}database-unavailable$/mu);
      expect(ran.code).toBe(4);
      expect(ran.stderr).not.toMatch(/^\s+at |ECONNREFUSED|ENOENT/mu);
    }
    await cluster.start();
    await using again = await HoldfastProcess.start({
      args: ['--to', application.url, '--mode', 'enforce'],
      dataDir: server.dataDir,
      env: { ...env, HOLDFAST_DATABASE_URL: cluster.socketUrl },
    });
    expect((await again.cli<{ bans: unknown[] }>('ban', 'list')).data.bans).toHaveLength(new Set(banned).size);
    for (const id of [refused.at(0), refused.at(-1)]) {
      expect((await again.cli<{ outcome: string }>('explain', String(id))).data.outcome).toBe('blocked');
    }
    expect((await again.cli('audit', 'verify')).code).toBe(0);
  });
});
