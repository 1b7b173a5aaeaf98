import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesWith } from '../../support/files.ts';
import { processesWith } from '../../support/processes.ts';
import { BIN } from '../../support/holdfast-process.ts';
import { startRunStand, type RunStand } from './run-stand.ts';

/** Looked for everywhere; with what base64 and URLs write in other ways. */
const CANARY = `canary/${randomBytes(12).toString('hex')}+&`;
const STRACE = '/usr/bin/strace';
const NODE = process.execPath;
const PLACE = ['--env', 'production'];
const SOON = { timeout: 60_000, interval: 50 };

let stand: RunStand;
beforeAll(async () => {
  stand = await startRunStand();
  await stand.set('production', 'DB_PASSWORD', CANARY);
  await stand.set('production', 'API_KEY', 'another-value');
  await stand.set('production', 'SHORT', 'abc');
});
afterAll(async () => stand[Symbol.asyncDispose]());

/** Says that it runs, and goes on until its input ends. */
const WAITING = `process.stdout.write('ready ' + process.pid + '\\n'); process.stdin.resume(); process.stdin.on('end', () => process.exit(0));`;

describe('the program is given what was named, and nothing else is given it', () => {
  test('only the named variables come to those of the caller, and nothing of Holdfast', async () => {
    const env = { HOLDFAST_TOKEN_FILE: '', HOLDFAST_CONFIG: '', KEPT: 'kept' };
    const script = 'process.stdout.write(JSON.stringify(process.env))';
    const { code, stdout } = await stand.run([...PLACE, '--only', 'DB_PASSWORD', '--no-mask', '--', NODE, '-e', script], env);
    expect(code).toBe(0);
    const seen = JSON.parse(stdout) as Record<string, string>;
    expect(seen).toMatchObject({ DB_PASSWORD: CANARY, KEPT: 'kept' });
    expect(Object.keys(seen).filter((name) => name === 'API_KEY' || name.startsWith('HOLDFAST_'))).toEqual([]);
  });

  test('by another name, by a reference in the environment, or all of it', async () => {
    const script = 'process.stdout.write([process.env.A, process.env.B, process.env.API_KEY, process.env.SHORT].join("|"))';
    const run = (...args: string[]) => stand.run(['-q', ...args, '--no-mask', '--', NODE, '-e', script], { B: 'holdfast:SHORT' });
    expect((await run(...PLACE, '--map', 'A=app/production/API_KEY')).stdout).toBe('another-value|abc||');
    expect((await run(...PLACE, '--all')).stdout).toBe('|abc|another-value|abc');
  });

  test('while it runs no other process, argument, file or log has the value', async () => {
    const run = stand.start([...PLACE, '--only', 'DB_PASSWORD', '--', NODE, '-e', WAITING]);
    await expect.poll(run.stdout, SOON).toMatch(/ready \d+\n/u);
    const child = /ready (\d+)/u.exec(run.stdout())?.[1] ?? '';
    expect(processesWith('environ', CANARY)).toEqual([child]);
    expect(processesWith('cmdline', CANARY)).toEqual([]);
    expect(
      openFiles(run.process.pid ?? 0).filter((file) => isBelow(file, stand.folder) || isBelow(file, stand.server.dataDir)),
    ).toEqual([]);
    run.process.stdin?.end();
    expect(await run.ended).toBe(0);
    // Home, working and temporary folder were its own and empty.
    expect(readdirSync(stand.folder)).toEqual([]);
    expect(filesWith(stand.server.dataDir, CANARY)).toEqual([]);
    expect(`${stand.server.stderr}${run.stderr()}`).not.toContain(CANARY);
  });

  test.skipIf(!canTrace())('it opens no file for writing, from its start to its end', async () => {
    const trace = path.join(stand.server.dataDir, 'trace');
    const run = [NODE, BIN, 'run', ...PLACE, '--only', 'DB_PASSWORD', '--', 'true'];
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: stand.folder,
      TMPDIR: stand.folder,
      HOLDFAST_DATA_DIR: stand.server.dataDir,
    };
    const options = ['-f', '-e', 'trace=open,openat,creat,rename,renameat,renameat2,mkdir,mkdirat', '-o', trace];
    execFileSync(STRACE, [...options, ...run], { env, stdio: 'ignore' });
    const calls = readFileSync(trace, 'utf8').split('\n');
    rmSync(trace);
    const writing = calls.filter((call) => /O_WRONLY|O_RDWR|O_CREAT|creat\(|rename|mkdir/u.test(call) && !/= -1 E/u.test(call));
    // Node keeps what it compiled of our own code; devices and what processes say of themselves are no files.
    const files = writing.filter((call) => !/"\/dev\/|"\/proc\/|node_modules\/\.cache|resumed>/u.test(call));
    expect(files).toEqual([]);
    expect(calls.some((call) => call.includes('O_RDONLY'))).toBe(true);
  });

  test('the search finds what is there: the name of the secret, in the same places', async () => {
    expect(filesWith(stand.server.dataDir, 'DB_PASSWORD').length).toBeGreaterThan(0);
    expect(processesWith('cmdline', path.basename(stand.server.dataDir)).length).toBeGreaterThan(0);
  });
});

describe('the end of the program is the end of the command', () => {
  test.each([
    ['its own code', 'exit 7', 7],
    ['success', 'exit 0', 0],
    ['a signal', 'kill -KILL $$', 137],
    ['another signal', 'kill -TERM $$', 143],
  ])('%s', async (_, script, code) => {
    expect((await stand.run([...PLACE, '--only', 'API_KEY', '--', 'sh', '-c', script])).code).toBe(code);
  });

  test('a program that is not there is 127, as in a shell', async () => {
    expect(await stand.run([...PLACE, '--only', 'API_KEY', '--', 'no-such-program'])).toMatchObject({ code: 127, stdout: '' });
  });

  test('signals reach it one by one, and it decides what they mean', async () => {
    const script = `for (const s of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM']) process.on(s, () => { process.stdout.write(s + '\\n'); if (s === 'SIGTERM') process.exit(42); });
setInterval(() => {}, 1000); process.stdout.write('ready\\n');`;
    const run = stand.start([...PLACE, '--only', 'API_KEY', '--', NODE, '-e', script]);
    await expect.poll(run.stdout, SOON).toBe('ready\n');
    let said = 'ready\n';
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM'] as const) {
      run.process.kill(signal);
      said += `${signal}\n`;
      await expect.poll(run.stdout, SOON).toBe(said);
    }
    expect(await run.ended).toBe(42);
    // SIGUSR1 did not open the debugger of Node, in which every value could be read.
    expect(run.stderr()).not.toContain('Debugger');
  });

  test('it reads the input of the command', async () => {
    const run = stand.start(['-q', ...PLACE, '--only', 'API_KEY', '--', 'cat']);
    run.process.stdin?.end('a line\nand more');
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toBe('a line\nand more');
  });
});

describe('nothing starts when something is missing', () => {
  const marker = (name: string): string[] => ['--', 'touch', path.join(stand.folder, name)];
  const hasStarted = (name: string): boolean => existsSync(path.join(stand.folder, name));

  test('a secret that is not there is exit code 3, and all that are missing are named', async () => {
    const ran = await stand.run([...PLACE, '--only', 'API_KEY,NO_SUCH,NOR_THIS', ...marker('missing')]);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain('app/production/NO_SUCH');
    expect(ran.stderr).toContain('app/production/NOR_THIS');
    expect(hasStarted('missing')).toBe(false);
  });

  test.each([
    ['no server of this data directory', { HOLDFAST_DATA_DIR: '/tmp/no-such-holdfast' }],
    ['no server at this address', { HOLDFAST_SERVER: 'https://127.0.0.1:9', HOLDFAST_TOKEN: 'hf_x' }],
    ['a token that nobody has', { HOLDFAST_TOKEN: 'hf_x' }],
    ['a server without a token', { HOLDFAST_SERVER: 'https://127.0.0.1:9' }],
  ])('%s is exit code 4', async (_, env) => {
    expect(await stand.run(['--app', 'app', ...PLACE, '--only', 'API_KEY', ...marker('unreachable')], env)).toMatchObject({
      code: 4,
    });
    expect(hasStarted('unreachable')).toBe(false);
  });

  test('nothing named, an address without TLS, and a token in an unreadable file are exit code 2', async () => {
    const codes = [
      await stand.run([...PLACE, ...marker('usage')]),
      await stand.run([...PLACE, '--all', ...marker('usage')], { HOLDFAST_SERVER: 'http://127.0.0.1:9', HOLDFAST_TOKEN: 'hf_x' }),
      await stand.run([...PLACE, '--all', ...marker('usage')], { HOLDFAST_TOKEN_FILE: 'no-such-file' }),
    ].map(({ code }) => code);
    expect(codes).toEqual([2, 2, 2]);
    expect(hasStarted('usage')).toBe(false);
  });

  test('a whole environment with a variable that loads code is refused as unsafe; named it is given', async () => {
    await stand.set('unsafe', 'NODE_OPTIONS', '--no-warnings');
    const all = await stand.run(['--env', 'unsafe', '--all', ...marker('unsafe')]);
    expect(all).toMatchObject({ code: 5, stderr: expect.stringContaining('NODE_OPTIONS') });
    expect(hasStarted('unsafe')).toBe(false);
    const named = await stand.run([
      '-q',
      '--env',
      'unsafe',
      '--only',
      'NODE_OPTIONS',
      '--no-mask',
      '--',
      'sh',
      '-c',
      'echo $NODE_OPTIONS',
    ]);
    expect(named).toMatchObject({ code: 0, stdout: '--no-warnings\n' });
  });
});

describe('what the program prints', () => {
  const PRINTING = `const v = process.env.DB_PASSWORD; const b = (t) => Buffer.from(t).toString('base64');
for (const line of [v, b(v), b('user:' + v), encodeURIComponent(v), JSON.stringify({ v }), process.env.SHORT]) { console.log(line); console.error(line); }`;

  test('has no value in it on either stream, in no form; short ones stay and are named', async () => {
    const { code, stdout, stderr } = await stand.run([...PLACE, '--only', 'DB_PASSWORD,SHORT', '--', NODE, '-e', PRINTING]);
    expect(code).toBe(0);
    const [plain, base64, basic, url, json, short] = stdout.split('\n');
    expect([plain, base64, url, json, short]).toEqual(['***', '***', '***', '{"v":"***"}', 'abc']);
    expect(basic).toMatch(/^[A-Za-z0-9+/]{6,8}\*\*\*[A-Za-z0-9+/=]{0,4}$/u);
    expect(stderr).toContain('***\n***\n');
    expect(stderr).toContain('too short to be masked in output: SHORT');
    for (const form of [CANARY, Buffer.from(CANARY).toString('base64').slice(0, 16), encodeURIComponent(CANARY)])
      expect(stdout + stderr).not.toContain(form);
  });

  test('is masked where a value comes in two pieces', async () => {
    const script = `const v = process.env.DB_PASSWORD; process.stdout.write('<' + v.slice(0, 9)); process.stdin.once('data', () => { process.stdout.write(v.slice(9) + '>'); process.exit(0); });`;
    const run = stand.start(['-q', ...PLACE, '--only', 'DB_PASSWORD', '--', NODE, '-e', script]);
    await expect.poll(run.stdout, SOON).toBe('<');
    run.process.stdin?.write('go on');
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toBe('<***>');
  });

  test('is what it is with --no-mask', async () => {
    const { stdout } = await stand.run(['-q', ...PLACE, '--only', 'DB_PASSWORD', '--no-mask', '--', NODE, '-e', PRINTING]);
    expect(stdout.split('\n')[0]).toBe(CANARY);
  });

  test('a reader that goes away ends it, as without us', async () => {
    const run = stand.start(['-q', ...PLACE, '--only', 'DB_PASSWORD', '--', 'yes', 'a line that is long enough']);
    await expect.poll(() => run.stdout().length, SOON).toBeGreaterThan(1000);
    run.process.stdout?.destroy();
    expect(await run.ended).not.toBe(0);
  });
});

function canTrace(): boolean {
  try {
    execFileSync(STRACE, ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    process.emitWarning(`${STRACE} is not there or may not trace: which files are opened is not tested here.`);
    return false;
  }
}

/** Of a process and all that it started. */
function openFiles(pid: number): readonly string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((id) => id !== '');
  const own = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  return [...own, ...children.flatMap((id) => openFiles(Number(id)))];
}

const isBelow = (file: string, folder: string): boolean => file.startsWith(`${folder}/`);
