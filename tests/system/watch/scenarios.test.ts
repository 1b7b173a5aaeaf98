import type { AlertDetail, AlertView, Page, WatchHealth } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const SOON = { timeout: 60_000, interval: 100 };
const START_TIMEOUT_MS = 240_000;
const ROUNDS = 20;

/** A rule for requests, and a chain over them: ten refused sign-ins and then one that is not. */
const RULES = `
title: Test of path traversal
id: test-path-traversal
status: test
level: high
logsource: { category: webserver }
detection:
  sel: { 'cs-uri-query|contains': '../../etc/passwd' }
  condition: sel
---
title: Test of a refused sign-in
id: test-refused
logsource: { category: webserver }
detection: { sel: { cs-method: POST, cs-uri-stem: /guarded, sc-status: 401 }, condition: sel }
---
title: Test of an accepted sign-in
id: test-accepted
logsource: { category: webserver }
detection: { sel: { cs-method: POST, cs-uri-stem: /guarded, sc-status: 200 }, condition: sel }
---
title: Test of many refused sign-ins
id: test-many-refused
correlation: { type: event_count, rules: [test-refused], group-by: [c-ip], timespan: 10m, condition: { gte: 10 } }
---
title: Test of a guessed password
id: test-guessed
level: critical
correlation: { type: temporal_ordered, rules: [test-many-refused, test-accepted], group-by: [c-ip], timespan: 10m }
---
title: Test of how long it takes
id: test-latency
level: low
logsource: { category: webserver }
detection: { sel: { 'cs-uri-query|startswith': '/timed?' }, condition: sel }
`;

let folder = '';
let application: Server;
let holdfast: HoldfastProcess;
let admin: AdminClient;
let token = '';

async function start(): Promise<void> {
  const { port } = application.address() as AddressInfo;
  const args = ['--to', `http://127.0.0.1:${port}`];
  const env = { HOLDFAST_AUDIT__BALLAST_BYTES: '0', HOLDFAST_TRUSTED_HOPS: '1' };
  holdfast = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args, env });
  const permissions = ['alert:read', 'detection:read', 'system:read'];
  if (token === '')
    token = (await holdfast.cli<{ token: string }>('token', 'create', '--name', 'test', '--permission', ...permissions)).data
      .token;
  admin = connectAdmin(holdfast, token);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-watch-'));
  application = createServer((incoming, outgoing) => {
    const isRefused = incoming.url === '/guarded' && incoming.headers['x-password'] !== 'right';
    incoming.resume();
    outgoing.writeHead(isRefused ? 401 : 200, { 'content-type': 'text/plain' }).end('well');
  });
  await new Promise<void>((done) => {
    application.listen(0, '127.0.0.1', done);
  });
  await start();
  const file = join(folder, 'rules.yml');
  writeFileSync(file, RULES);
  const { code, stdout, stderr } = await holdfast.cli('detect', 'rules', 'import', file, '--state', 'on');
  expect(code, stdout + stderr).toBe(0);
  // Brought is not yet in force: asked for until it answers.
  await vi.waitFor(async () => {
    await holdfast.fetch('/timed?first', fromAddress('192.0.2.99'));
    expect(await alertsOf('test-latency')).not.toEqual([]);
  }, SOON);
}, START_TIMEOUT_MS);
afterAll(async () => {
  admin[Symbol.dispose]();
  await holdfast[Symbol.asyncDispose]();
  application.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the API answers is of these shapes (`packages/contract/src/api`). */
const ask = async <Body>(path: string): Promise<Body> => (await admin.call('GET', path)).body as Body;
const health = async (): Promise<WatchHealth> => ask<WatchHealth>('/api/v1/detection/health');
const alertsOf = async (detector: string): Promise<readonly AlertView[]> =>
  (await ask<Page<AlertView>>(`/api/v1/alerts?detector=${detector}`)).items;

const fromAddress = (address: string, headers: Record<string, string> = {}) => ({
  headers: { 'x-forwarded-for': address, ...headers },
});

describe('the watch of a running server', { timeout: START_TIMEOUT_MS }, () => {
  test('finds an encoded path traversal once, as it was sent and as it is meant', async () => {
    await holdfast.fetch('/index.php?x=..%2f..%2fetc/passwd', fromAddress('192.0.2.10'));
    await holdfast.fetch('/index.php?x=passwords%2fetc', fromAddress('192.0.2.11'));
    await expect.poll(async () => (await alertsOf('test-path-traversal')).length, SOON).toBe(1);
    const [alert] = await alertsOf('test-path-traversal');
    expect(alert).toMatchObject({ severity: 'high', times: 1, entity: { kind: 'address', value: '192.0.2.10' } });
    const { figures, evidence } = await ask<AlertDetail>(`/api/v1/alerts/${alert?.id}`);
    expect(figures).toMatchObject({
      raw: '/index.php?x=..%2f..%2fetc/passwd',
      decoded: '/index.php?x=../../etc/passwd',
    });
    expect(evidence).toHaveLength(1);
  });

  test('finds a guessed password once, although the server was restarted in between', async () => {
    const attacker = '192.0.2.20';
    const tryPassword = (address: string, password: string) =>
      holdfast.fetch('/guarded', { method: 'POST', body: '', ...fromAddress(address, { 'x-password': password }) });
    for (let index = 0; index < 6; index += 1) expect((await tryPassword(attacker, 'wrong')).status).toBe(401);
    // Somebody who mistyped it a few times.
    for (let index = 0; index < 3; index += 1) await tryPassword('192.0.2.21', 'wrong');
    admin[Symbol.dispose]();
    await holdfast[Symbol.asyncDispose]();
    await start();
    for (let index = 0; index < 4; index += 1) await tryPassword(attacker, 'wrong');
    expect((await tryPassword(attacker, 'right')).status).toBe(200);
    await tryPassword('192.0.2.21', 'right');
    await expect.poll(async () => (await alertsOf('test-guessed')).length, SOON).toBe(1);
    const [alert] = await alertsOf('test-guessed');
    expect(alert).toMatchObject({ severity: 'critical', times: 1, entity: { kind: 'address', value: attacker } });
  });

  test('says that it works, and how long it takes', async () => {
    for (let round = 0; round < ROUNDS; round += 1)
      await holdfast.fetch(`/timed?round=${round}`, fromAddress(`192.0.2.${100 + round}`));
    await expect.poll(async () => (await health()).latencyMs?.p95 ?? null, SOON).not.toBeNull();
    await expect
      .poll(async () => (await health()).canaries.map(({ outcome }) => outcome), SOON)
      .toEqual(['seen', 'seen', 'seen', 'idle']);
    const { state, latencyMs, dropped, canaries } = await health();
    const asked = await holdfast.cli<WatchHealth>('detect', 'health');
    expect([asked.code, asked.data.state]).toEqual([0, 'watching']);
    process.stdout.write(`event to detection: ${JSON.stringify(latencyMs)} ms\n`);
    expect({ state, dropped }).toEqual({ state: 'watching', dropped: 0 });
    expect(canaries.length).toBeGreaterThan(2);
    expect((await holdfast.cli<{ checks: { name: string; state: string }[] }>('doctor')).data.checks).toContainEqual(
      expect.objectContaining({ name: 'watch', state: 'ok' }),
    );
  });
});
