import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLAWS, performExchange, unmetParts } from '@holdfast/example-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSteadyClients } from '../../support/steady-clients.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication } from '../../support/test-application.ts';
import type { TestApplication } from '../../support/test-application.ts';

/** Enough requests on connections of their own that each of two workers answers some. */
const ASKED = 12;
/** By then a slow request has reached the application, which has not answered yet. */
const UNDER_WAY_MS = 800;
const ATTACK = "/search?q=1'%20OR%20'1'%3D'1";
const BLOCKED_FLAWS = ['reflected-xss', 'login-sqli', 'api-sqli', 'path-traversal', 'command-injection'];

/** Processes whose parent this is (proc_pid_stat(5)). */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
const workersOf = (server: HoldfastProcess): number[] =>
  childrenOf(server.child.pid ?? 0).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main'));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const statusesOf = async (server: HoldfastProcess, path: string, headers: Record<string, string> = {}): Promise<number[]> => {
  const statuses = await Promise.all(Array.from({ length: ASKED }, async () => (await server.fetch(path, { headers })).status));
  return [...new Set(statuses)];
};

describe('two gateway workers in front of the demo shop', () => {
  let server: HoldfastProcess;
  beforeAll(async () => {
    server = await HoldfastProcess.start({ args: ['--workers', '2'], env: { HOLDFAST_TRUSTEDHOPS: '1' } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('run as processes of their own', () => {
    expect(workersOf(server)).toHaveLength(2);
  });

  test.each(FLAWS.filter(({ id }) => BLOCKED_FLAWS.includes(id)))(
    '$id is blocked in each and explained; its twin passes',
    async (flaw) => {
      const there = { origin: server.https, ca: server.ca() };
      const attacks = await Promise.all(Array.from({ length: 6 }, () => performExchange({ ...there, exchange: flaw.attack })));
      expect(attacks.map(({ first }) => first.status)).toEqual([403, 403, 403, 403, 403, 403]);
      const twins = await Promise.all(
        Array.from({ length: 6 }, () => performExchange({ ...there, exchange: flaw.innocentTwin })),
      );
      for (const twin of twins) expect(unmetParts(twin, flaw.innocentTwin.expect)).toEqual([]);
      const ids = new Set(attacks.map(({ first }) => String(first.headers['x-request-id'])));
      expect(ids.size).toBe(6);
      for (const id of [...ids].slice(0, 2))
        expect((await server.cli<{ outcome: string }>('explain', id)).data.outcome).toBe('blocked');
    },
  );

  test('the self-test finds every attack stopped and every twin passed', async () => {
    const { code, data } = await server.cli<{ probes: { expected: string; actual: string }[] }>('test', 'attack');
    expect(data.probes.map(({ actual }) => actual)).toEqual(data.probes.map(({ expected }) => expected));
    expect(new Set(data.probes.map(({ expected }) => expected))).toEqual(new Set(['blocked', 'allowed']));
    expect(code).toBe(0);
  });

  test('a ban, its end and a change of mode reach both within a second', async () => {
    const from = { 'x-forwarded-for': '203.0.113.50' };
    const everywhere = (path: string, status: number) =>
      expect.poll(() => statusesOf(server, path, from), { timeout: 15_000, interval: 50 }).toEqual([status]);
    expect(await statusesOf(server, '/', from)).toEqual([200]);
    expect((await server.cli('ban', 'add', '203.0.113.50')).code).toBe(0);
    await everywhere('/', 403);
    expect(await statusesOf(server, '/', { 'x-forwarded-for': '203.0.113.51' })).toEqual([200]);
    expect((await server.cli('ban', 'remove', '203.0.113.50')).code).toBe(0);
    await everywhere('/', 200);
    expect((await server.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
    await everywhere(ATTACK, 200);
    expect((await server.cli('app', 'mode', 'demo-shop', 'enforce')).code).toBe(0);
    await everywhere(ATTACK, 403);
  });

  test('one that is killed is replaced under the policy of now, and what it had reported is still there', async () => {
    const blocked = await server.fetch(ATTACK);
    const id = String(blocked.headers['x-request-id']);
    expect((await server.cli('explain', id)).code).toBe(0);
    const [victim = 0, survivor = 0] = workersOf(server);
    process.kill(victim, 'SIGKILL');
    await expect.poll(() => workersOf(server).filter((pid) => pid !== victim), { timeout: 30_000 }).toHaveLength(2);
    expect(workersOf(server)).toContain(survivor);
    await expect.poll(() => statusesOf(server, '/').catch(() => []), { timeout: 30_000 }).toEqual([200]);
    expect(await statusesOf(server, ATTACK)).toEqual([403]);
    expect((await server.cli<{ outcome: string }>('explain', id)).data.outcome).toBe('blocked');
    expect((await server.cli('health')).code).toBe(0);
  });

  test('both killed at once come back', async () => {
    for (const pid of workersOf(server)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => statusesOf(server, '/').catch(() => []), { timeout: 60_000 }).toEqual([200]);
    await expect.poll(() => workersOf(server), { timeout: 60_000 }).toHaveLength(2);
    expect(await statusesOf(server, ATTACK)).toEqual([403]);
  });

  test('nobody is left behind when the primary is killed', async () => {
    await using other = await HoldfastProcess.start({ args: ['--workers', '2'] });
    const pids = workersOf(other);
    expect(pids).toHaveLength(2);
    await other.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  });
});

describe('a stop under load with two workers', () => {
  let application: TestApplication;
  beforeAll(async () => {
    application = await startTestApplication();
  });
  afterAll(() => application[Symbol.asyncDispose]());

  test('fails no request: what is under way finishes whole, and the exit code is 0', async () => {
    await using server = await HoldfastProcess.start({ args: ['--workers', '2', '--to', application.url] });
    const clients = startSteadyClients({ origin: server.https, ca: server.ca() });
    await expect.poll(() => clients.report.good, { timeout: 20_000 }).toBeGreaterThan(50);
    const slow = Array.from({ length: 4 }, () => server.fetch('/slow'));
    await sleep(UNDER_WAY_MS);
    const pids = workersOf(server);
    const exit = server.kill('SIGTERM');
    expect((await Promise.all(slow)).map(({ status, body }) => `${status} ${body}`)).toEqual(
      Array.from({ length: 4 }, () => '200 slow but whole'),
    );
    expect(await exit).toBe(0);
    const report = await clients.stop();
    expect(report.failures).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
