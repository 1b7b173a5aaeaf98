import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-first-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const QUIET_PORTS = { HOLDFAST_LISTEN__HTTP: '127.0.0.1:0' };
const PORTS = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];

/** Starts `holdfast` as a person would, sends a signal at the ready line and gives what was printed and the exit code. */
function startAndStop(
  args: readonly string[],
  signal: NodeJS.Signals,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...QUIET_PORTS },
    });
    let [stdout, stderr] = ['', ''];
    let isSignalled = false;
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      // Once: a second signal ends the process without draining.
      if (!isSignalled && stderr.includes('ready in')) isSignalled = child.kill(signal);
    });
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

describe('the first start', () => {
  test('says where everything is, protects the demo shop in enforce mode, prints no secret, and Ctrl-C ends it with 130', async () => {
    const ran = await startAndStop(['up', '--data-dir', 'first', ...PORTS], 'SIGINT');
    expect(ran).toMatchObject({ code: 130, stdout: '' });
    expect(ran.stderr).toMatch(/Holdfast \d+\.\d+\.\d+ {3}data \.\/first \(new\) {3}node 24\./u);
    expect(ran.stderr).toMatch(/✓ database ready/u);
    expect(ran.stderr).toMatch(/➜ Demo shop, protected +https:\/\/localhost:\d+/u);
    expect(ran.stderr).toContain('Mode ENFORCE');
    expect(ran.stderr).toContain('holdfast up --to http://127.0.0.1:3000');
    expect(ran.stderr).not.toMatch(/password|hf_/iu);
  });

  test('of an own application records only, as up --to URL or as the up up --to URL of npm start; SIGTERM ends it with 0', async () => {
    for (const words of [['up'], ['up', 'up']]) {
      const ran = await startAndStop([...words, '--to', 'http://127.0.0.1:9', '--data-dir', 'own', ...PORTS], 'SIGTERM');
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stderr).toContain('Mode MONITOR');
      expect(ran.stderr).toContain('Your app, protected');
      expect(ran.stderr).not.toContain('Demo shop');
    }
  });
});

describe('a start that cannot be', () => {
  const up = (...args: string[]) => holdfast(['up', '--json', '--quiet', ...args], { cwd: folder, env: QUIET_PORTS });
  const codeOf = (stdout: string): unknown => (JSON.parse(stdout) as { error: { code: string } }).error.code;

  test('with a faulty configuration exits 3 and makes no data directory', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'mode: enforced\n');
    const ran = await up('--config', 'bad.yaml', '--data-dir', 'never');
    expect([ran.code, codeOf(ran.stdout), ran.stderr]).toEqual([3, 'config-invalid', '']);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  test('on a taken port exits 3 and names it', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
    const ran = await up('--data-dir', 'taken', '--listen', `127.0.0.1:${address.port}`, '--admin', '127.0.0.1:0');
    taken.close();
    expect([ran.code, codeOf(ran.stdout)]).toEqual([3, 'port-taken']);
    expect(ran.stdout).toContain(String(address.port));
  });

  test('with plain HTTP in public exits 5', async () => {
    const ran = await up('--data-dir', 'public', '--listen', 'http://0.0.0.0:0');
    expect([ran.code, codeOf(ran.stdout)]).toEqual([5, 'listen-unsafe']);
  });
});

describe('beside a running server', () => {
  let server: HoldfastProcess;
  beforeAll(async () => {
    server = await HoldfastProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('status names the data directory, the listeners and the mode', async () => {
    const { code, data } = await server.cli<{
      dataDir: string;
      health: { ready: boolean };
      listeners: { name: string }[];
      applications: { mode: string }[];
    }>('status');
    expect(code).toBe(0);
    expect(data).toMatchObject({ dataDir: server.dataDir, health: { ready: true } });
    expect(data.listeners.map(({ name }) => name)).toEqual(expect.arrayContaining(['https', 'admin']));
    expect(data.applications.map(({ mode }) => mode)).toEqual(['enforce']);
  });

  test('health and doctor are good', async () => {
    expect((await server.cli('health')).code).toBe(0);
    const { code, data } = await server.cli<{ checks: { name: string; state: string; detail: string }[] }>('doctor');
    expect(data.checks.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(code).toBe(0);
  });

  test('test attack: every attack is stopped and every innocent twin passes; in monitor mode it is recorded and passes', async () => {
    const enforced = await server.cli<{ mode: string; probes: { expected: string; actual: string }[] }>('test', 'attack');
    expect(enforced.data.probes.map(({ actual }) => actual)).toEqual(enforced.data.probes.map(({ expected }) => expected));
    expect(new Set(enforced.data.probes.map(({ expected }) => expected))).toEqual(new Set(['blocked', 'allowed']));
    expect(enforced.code).toBe(0);
    expect((await server.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
    const monitored = await server.cli<{ probes: { actual: string }[] }>('test', 'attack');
    expect(monitored.code).toBe(0);
    expect(new Set(monitored.data.probes.map(({ actual }) => actual))).toEqual(new Set(['recorded', 'allowed']));
    expect((await server.cli('app', 'mode', 'demo-shop', 'enforce')).code).toBe(0);
    const tail = await server.cli<{ events: { type: string }[] }>('audit', 'tail', '--type', 'selftest.completed');
    expect(tail.data.events.length).toBe(2);
  });

  test('explain tells why an attack was stopped and the exception it proposes lets exactly that through', async () => {
    const attack = "/search?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";
    const blocked = await server.fetch(attack);
    expect(blocked.status).toBe(403);
    const id = String(blocked.headers['x-request-id']);
    const { data } = await server.cli<{ outcome: string; findings: { group: string }[]; proposals: unknown[] }>('explain', id);
    expect(data.outcome).toBe('blocked');
    expect(data.findings.map(({ group }) => group)).toContain('sqli');
    expect(data.proposals.length).toBeGreaterThan(0);
    const preview = await server.cli<{ proposals: unknown[] }>('exception', 'add', '--from', id, '--dry-run');
    expect(preview.data.proposals.length).toBe(data.proposals.length);
    expect((await server.cli<{ exceptions: unknown[] }>('exception', 'list')).data.exceptions).toEqual([]);
    const added = await server.cli<{ exceptions: { id: string }[] }>(
      'exception',
      'add',
      '--from',
      id,
      '--reason',
      'a course about SQL',
    );
    expect(added.code, added.stderr).toBe(0);
    await expect.poll(async () => (await server.fetch(attack)).status, { timeout: 15_000 }).not.toBe(403);
    // The twin place is still guarded.
    expect((await server.fetch(attack.replace('q=', 'other='))).status).toBe(403);
    for (const { id: exception } of added.data.exceptions)
      expect((await server.cli('exception', 'remove', exception)).code).toBe(0);
    await expect.poll(async () => (await server.fetch(attack)).status, { timeout: 15_000 }).toBe(403);
  });

  test('a second server on the same data directory exits 5 and names the process', async () => {
    const ran = await holdfast(['up', '--json', '--data-dir', server.dataDir, ...PORTS], { cwd: folder, env: QUIET_PORTS });
    expect(ran.code).toBe(5);
    expect(ran.stdout).toContain('data-dir-locked');
    expect(ran.stdout).toContain(String(server.child.pid));
  });
});
