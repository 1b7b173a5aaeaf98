import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startSteadyClients } from '../../support/steady-clients.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

/** A server at rest holds some 290, most of them files of the embedded database. */
const FEW_DESCRIPTORS = 400;
const IDLE_CONNECTIONS = 450;
const STOPPED_MS = 3000;
const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";

const stack = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), 'hf-pressure-'));
const configFile = join(folder, 'holdfast.yaml');
let application: TestApplication;
let server: HoldfastProcess;

const writeConfig = (mode: string): void =>
  writeFileSync(configFile, `applications:\n  - id: shop\n    name: Shop\n    upstream: ${application.url}\n    mode: ${mode}\n`);
const recorded = async (type: string): Promise<{ payload: Record<string, unknown> }[]> =>
  (await server.cli<{ events: { payload: Record<string, unknown> }[] }>('audit', 'tail', '--type', type)).data.events;

beforeAll(async () => {
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  application = stack.use(await startTestApplication());
  writeConfig('monitor');
  server = stack.use(
    await HoldfastProcess.start({ args: ['--config', configFile], env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' } }),
  );
});
afterAll(() => stack.disposeAsync());

test('a changed file takes effect while serving; an invalid or half-written one changes nothing and is recorded', async () => {
  const steady = startSteadyClients({ origin: server.https, ca: server.ca(), clients: 2 });
  expect((await server.fetch(ATTACK)).status).toBe(200);
  writeFileSync(configFile, 'applications:\n  - id: shop\n    na');
  await expect.poll(async () => (await recorded('system.config.refused')).length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect((await server.fetch('/')).status).toBe(200);
  writeConfig('enforced');
  await expect
    .poll(async () => JSON.stringify(await recorded('system.config.refused')), { timeout: 30_000 })
    .toContain('/applications/0/mode');
  expect((await server.fetch(ATTACK)).status).toBe(200);
  writeConfig('enforce');
  await expect.poll(async () => (await server.fetch(ATTACK)).status, { timeout: 30_000 }).toBe(403);
  expect((await server.fetch('/?q=union%20of%20students')).status).toBe(200);
  expect((await steady.stop()).failures).toEqual([]);
});

test('a process that stood still says so and goes on', async () => {
  server.child.kill('SIGSTOP');
  await sleep(STOPPED_MS);
  server.child.kill('SIGCONT');
  await expect.poll(async () => (await recorded('system.stalled')).length, { timeout: 30_000 }).toBeGreaterThan(0);
  const [event] = await recorded('system.stalled');
  expect(Number(event?.payload['stallMs'])).toBeGreaterThan(2000);
  // Time stood still for it; the clock of the wall did not jump.
  expect(await recorded('system.clock.jumped')).toEqual([]);
  expect((await server.fetch('/')).status).toBe(200);
});

test('without descriptors left it takes no new connections, keeps its state and recovers', async () => {
  const { pid } = server.child;
  const { hostname, port } = new URL(server.https);
  process.stderr.write(`descriptors at rest: ${readdirSync(`/proc/${pid}/fd`).length}\n`);
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${FEW_DESCRIPTORS}:${FEW_DESCRIPTORS}`]);
  const idle: Socket[] = [];
  for (let at = 0; at < IDLE_CONNECTIONS; at += 1) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    idle.push(socket);
  }
  await sleep(1000);
  // Whatever happens to newcomers now, the process lives.
  await server.fetch('/').catch(() => undefined);
  expect(server.child.exitCode).toBeNull();
  for (const socket of idle) socket.destroy();
  await expect
    .poll(
      () =>
        server
          .fetch('/')
          .then(({ status }) => status)
          .catch(() => 0),
      { timeout: 15_000 },
    )
    .toBe(200);
  expect((await server.fetch(ATTACK)).status).toBe(403);
  expect((await server.cli('ban', 'add', '203.0.113.9')).code).toBe(0);
  expect((await server.cli('audit', 'verify')).code).toBe(0);
  expect(server.stderr).not.toMatch(/^\s+at /mu);
});
