import { request } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startSteadyClients } from '../../support/steady-clients.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

let application: TestApplication;
const folder = mkdtempSync(join(tmpdir(), 'hf-stop-'));
beforeAll(async () => {
  application = await startTestApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const start = (dataDir: string, ...args: string[]): Promise<HoldfastProcess> =>
  HoldfastProcess.start({
    args: ['--to', application.url, '--mode', 'enforce', ...args],
    dataDir: join(folder, dataDir),
    env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' },
  });

const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";

/** A POST whose second half of the body is sent when asked. */
function startUpload(server: HoldfastProcess): { finish: () => void; answer: Promise<{ status: number; body: string }> } {
  const { hostname, port } = new URL(server.https);
  const outgoing = request({
    host: hostname,
    port,
    path: '/echo',
    method: 'POST',
    ca: server.ca(),
    servername: 'localhost',
    agent: false,
    headers: { host: `localhost:${port}`, 'content-type': 'text/plain', 'content-length': 10 },
  });
  outgoing.write('first');
  const answer = new Promise<{ status: number; body: string }>((done, fail) => {
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => done({ status: incoming.statusCode ?? 0, body }));
      incoming.on('error', fail);
    });
  });
  return { finish: () => void outgoing.end('final'), answer };
}

describe.each([
  ['in one process', []],
  ['with two gateway workers', ['--workers', '2']],
])('SIGTERM under load, %s', (name, args) => {
  test('loses no request: slow answers and half-sent uploads are finished, then it ends with 0', async () => {
    const server = await start(`load-${args.length}`, ...args);
    const { https: origin } = server;
    const ca = server.ca();
    const steady = startSteadyClients({ origin, ca, clients: 6 });
    const slow = startSteadyClients({ origin, ca, clients: 4, path: '/slow' });
    const big = startSteadyClients({ origin, ca, clients: 2, path: '/big' });
    await expect.poll(() => steady.report.good, { timeout: 15_000 }).toBeGreaterThan(200);
    await expect.poll(() => slow.report.good, { timeout: 15_000 }).toBeGreaterThan(3);
    const upload = startUpload(server);
    await sleep(300);
    const ended = server.kill('SIGTERM');
    await sleep(300);
    upload.finish();
    expect(await upload.answer).toEqual({ status: 200, body: 'firstfinal' });
    expect(await ended).toBe(0);
    for (const report of await Promise.all([steady.stop(), slow.stop(), big.stop()])) {
      expect(report.failures, name).toEqual([]);
      expect(report.good).toBeGreaterThan(0);
      // Whoever came after the end was refused, not cut off.
      expect(report.refused).toBeGreaterThan(0);
    }
    expect(server.stderr).toContain('stopped: everything that was acknowledged is on disk');
    expect(server.stderr).not.toMatch(/^\s+at /mu);
  });
});

test('SIGINT ends with 130, and every request that was refused before stands in the ledger afterwards', async () => {
  const server = await start('interrupted');
  const ids: string[] = [];
  for (let at = 0; at < 20; at += 1) {
    const answer = await server.fetch(ATTACK);
    expect(answer.status).toBe(403);
    ids.push(String(answer.headers['x-request-id']));
  }
  expect((await server.fetch('/?q=union%20of%20students')).status).toBe(200);
  expect(await server.kill('SIGINT')).toBe(130);
  await using again = await start('interrupted');
  const { data } = await again.cli<{ events: { requestId: string | null; type: string }[] }>('audit', 'tail', '-n', '200');
  expect(data.events.map(({ requestId }) => requestId)).toEqual(expect.arrayContaining(ids));
  expect(data.events.map(({ type }) => type)).toContain('system.stopped');
  expect((await again.cli('audit', 'verify')).code).toBe(0);
});

test('kill -9 leaves nothing to clean up: the next start takes over lock and socket and has every acknowledged change', async () => {
  const server = await start('killed');
  expect((await server.cli('ban', 'add', '203.0.113.9', '--forever')).code).toBe(0);
  await server.kill('SIGKILL');
  await using again = await start('killed');
  const bans = await again.cli<{ bans: { prefix: string }[] }>('ban', 'list');
  expect(bans.data.bans.map(({ prefix }) => prefix)).toEqual(['203.0.113.9']);
  const tail = await again.cli<{ events: { type: string }[] }>('audit', 'tail', '--type', 'ban.added');
  expect(tail.data.events).toHaveLength(1);
  expect((await again.cli('audit', 'verify')).code).toBe(0);
});

describe('a dead application', () => {
  test('does not keep Holdfast from starting: 502 in words of our own until it lives, without a restart', async () => {
    const late = await startTestApplication();
    const { url } = late;
    await late[Symbol.asyncDispose]();
    await using server = await HoldfastProcess.start({ args: ['--to', url], env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' } });
    const refused = await server.fetch('/', { headers: { accept: 'application/json' } });
    expect(refused.status).toBe(502);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'upstream-failed' });
    expect(refused.body).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/u);
    expect((await server.cli('health')).code).toBe(0);
    const { code, data } = await server.cli<{ checks: { name: string; state: string }[] }>('doctor');
    expect(code).toBe(1);
    expect(data.checks.filter(({ state }) => state === 'failed').map(({ name }) => name)).toHaveLength(1);
    await using back = await startTestApplication({ port: Number(new URL(url).port) });
    expect((await server.fetch('/')).status).toBe(200);
    expect(back.hits).toBe(1);
  });
});
