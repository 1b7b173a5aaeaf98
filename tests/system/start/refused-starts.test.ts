import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, holdfast, HoldfastProcess, type Finished } from '../../support/holdfast-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-refused-'));
const PORTS = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
const QUIET = { HOLDFAST_LISTEN__HTTP: '127.0.0.1:0', HOLDFAST_AUDIT__BALLAST_BYTES: '0' };
const TO = ['--to', 'http://127.0.0.1:9'];

/** A data directory that was used once and stopped in order. */
const used = join(folder, 'used');
beforeAll(async () => {
  const server = await HoldfastProcess.start({ args: TO, dataDir: used, env: QUIET });
  expect(await server.kill('SIGTERM')).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const copyOfUsed = (name: string): string => {
  const copy = join(folder, name);
  cpSync(used, copy, { recursive: true });
  return copy;
};

const up = (dataDir: string, ...args: string[]): Promise<Finished> =>
  holdfast(['up', '--data-dir', dataDir, ...TO, ...PORTS, ...args], { cwd: folder, env: QUIET });

/** One message of four parts, no stack, nothing on stdout. */
function expectOneMessage({ stdout, stderr }: Finished, code: string): void {
  expect(stdout).toBe('');
  expect(stderr.match(/^error: \S/gmu), stderr).toHaveLength(1);
  expect(stderr).toMatch(/^ {2}why {3}\S/mu);
  expect(stderr).toMatch(/^ {2}next {2}\S/mu);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`  code  ${code}`);
  expect(stderr).not.toMatch(/^\s+at |node:internal|\.ts:\d|Refusal|\[cause\]/mu);
}

/** Names, modes and contents of everything below a folder; lock files come and go with the attempt itself. */
function fingerprint(root: string): ReadonlyMap<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return new Map(
    names.map((name) => {
      const file = join(root, name);
      const { mode } = statSync(file);
      const content = statSync(file).isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'folder';
      return [name, `${mode.toString(8)} ${content}`];
    }),
  );
}

describe('configuration', () => {
  test('all faults of file and environment come at once, with lines, and nothing is made', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'mode: enforced\nlisten:\n  https: nowhere\nto: http://127.0.0.1:9\nunheard: of\n');
    const never = join(folder, 'never');
    const ran = await holdfast(['up', '--config', file, '--data-dir', never], {
      cwd: folder,
      env: { HOLDFAST_WORKERS: 'many' },
    });
    expect(ran.code).toBe(3);
    expectOneMessage(ran, 'config-invalid');
    for (const place of ['/mode (line 1)', '/listen/https (line 3)', 'unheard', '/workers']) expect(ran.stderr).toContain(place);
    expect(existsSync(never)).toBe(false);
  });

  test.each([
    ['text that is not YAML', 'mode: [enforce\n'],
    ['a list instead of settings', '- mode\n'],
    ['a secret in the file', 'database:\n  url: postgres://user:canary-password@127.0.0.1/holdfast\n'],
  ])('%s is refused without repeating a secret', async (_name, text) => {
    const file = join(folder, 'odd.yaml');
    writeFileSync(file, text);
    const ran = await holdfast(['up', '--config', file, '--data-dir', join(folder, 'never'), ...PORTS], { cwd: folder });
    expect(ran.code, ran.stderr).toBe(3);
    expectOneMessage(ran, 'config-invalid');
    expect(ran.stderr).not.toContain('canary-password');
  });

  test('the same file without the faults is good', async () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, 'mode: enforce\nto: http://127.0.0.1:9\n');
    expect((await holdfast(['config', 'check', '--config', file], { cwd: folder })).code).toBe(0);
  });
});

describe('ports', () => {
  let taken: Server;
  let place: string;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((done) => {
      taken.listen(0, '127.0.0.1', done);
    });
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
    place = `127.0.0.1:${address.port}`;
  });
  afterAll(() => void taken.close());

  test.each([
    ['the gateway', (at: string) => ({ args: ['--listen', at, '--admin', '127.0.0.1:0'], env: QUIET })],
    ['the redirecting port', (at: string) => ({ args: PORTS, env: { ...QUIET, HOLDFAST_LISTEN__HTTP: at } })],
    ['the admin API', (at: string) => ({ args: ['--listen', '127.0.0.1:0', '--admin', at], env: QUIET })],
    ['gateway workers', (at: string) => ({ args: ['--workers', '2', '--listen', at, '--admin', '127.0.0.1:0'], env: QUIET })],
  ])('that are taken: %s exits 3, names the place and leaves no lock', async (_name, build) => {
    const { args, env } = build(place);
    const dataDir = join(folder, 'taken');
    const ran = await holdfast(['up', '--data-dir', dataDir, ...TO, ...args], { cwd: folder, env });
    expect(ran.code, ran.stderr).toBe(3);
    // Progress comes first: the port is the last thing that is opened.
    expectOneMessage(ran, 'port-taken');
    expect(ran.stderr).toContain(place);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });
});

describe('data directory', () => {
  test('of a running server exits 5, names its process and disturbs nothing', async () => {
    await using server = await HoldfastProcess.start({ args: TO, dataDir: copyOfUsed('running'), env: QUIET });
    const ran = await up(server.dataDir);
    expect(ran.code, ran.stderr).toBe(5);
    expectOneMessage(ran, 'data-dir-locked');
    expect(ran.stderr).toContain(String(server.child.pid));
    expect((await server.cli('health')).code).toBe(0);
  });

  test('that is a file is refused', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const ran = await up(file);
    expect(ran.code, ran.stderr).toBe(3);
    expectOneMessage(ran, 'data-dir-unusable');
  });

  test('whose path is too long for its socket is refused before anything is made', async () => {
    const dataDir = join(folder, 'a'.repeat(60), 'b'.repeat(60));
    const ran = await up(dataDir);
    expect(ran.code, ran.stderr).toBe(3);
    expectOneMessage(ran, 'data-dir-unusable');
    expect(ran.stderr).toContain('bytes');
    expect(existsSync(dataDir)).toBe(false);
  });

  test('on a read-only mount is refused', async ({ skip }) => {
    const point = join(folder, 'read-only');
    mkdirSync(point);
    // A mount namespace of its own: nothing is mounted outside this one command.
    const mounted = await run('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs "$1" && ! touch "$1/x"', 'sh', point]);
    if (mounted.code !== 0) skip('SKIPPED LOUDLY: this host may not mount a tmpfs in a namespace of its own');
    const command = 'point=$1; shift; mount -t tmpfs -o ro tmpfs "$point" && exec "$@"';
    const args = [process.execPath, BIN, 'up', '--data-dir', point, ...TO, ...PORTS];
    const ran = await run('unshare', ['-m', 'sh', '-c', command, 'sh', point, ...args]);
    expect(ran.code, ran.stderr).toBe(3);
    expectOneMessage(ran, 'data-dir-unusable');
  });
});

describe('root key', () => {
  test.each([
    ['another key', 3, (file: string) => writeFileSync(file, `${randomBytes(32).toString('base64')}\n`)],
    ['a missing key', 3, (file: string) => unlinkSync(file)],
    ['half a key', 3, (file: string) => writeFileSync(file, randomBytes(16).toString('base64'))],
    ['a key that others can read', 3, (file: string) => chmodSync(file, 0o644)],
  ])('%s: refused in words, and not one byte is changed', async (name, exit, spoil) => {
    const dataDir = copyOfUsed(`key-${name.replaceAll(' ', '-')}`);
    spoil(join(dataDir, 'keys/root.key'));
    const before = fingerprint(dataDir);
    const ran = await up(dataDir);
    expect(ran.code, ran.stderr).toBe(exit);
    expectOneMessage(ran, 'key-wrong');
    expect(fingerprint(dataDir)).toEqual(before);
  });

  test('the right key put back starts again on the same ledger', async () => {
    const dataDir = copyOfUsed('key-back');
    const file = join(dataDir, 'keys/root.key');
    const right = readFileSync(file);
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`);
    expect((await up(dataDir)).code).toBe(3);
    writeFileSync(file, right);
    await using server = await HoldfastProcess.start({ args: TO, dataDir, env: QUIET });
    const { code, data } = await server.cli<{ size: number }>('audit', 'verify');
    expect(code).toBe(0);
    expect(data.size).toBeGreaterThan(2);
  });
});

function run(command: string, args: readonly string[]): Promise<Finished> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...QUIET, NO_COLOR: '1' } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}
