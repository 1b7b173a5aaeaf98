import { spawn, type StdioOptions } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, HoldfastProcess } from '../../support/holdfast-process.ts';

const FULL = '/dev/full';
const hasFull = existsSync(FULL);
if (!hasFull) process.emitWarning(`${FULL} is not there: a full standard output is not tested here.`);
const hasBash = existsSync('/bin/bash');
if (!hasBash) process.emitWarning('/bin/bash is not there: bytes that are no text, and closed streams, are not tested here.');

const folder = mkdtempSync(join(tmpdir(), 'hf-streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly stderr: string;
}

interface Way {
  readonly stdio?: StdioOptions;
  /** A reader that stops before anything was written. */
  readonly gone?: 'stdout' | 'stderr';
  readonly program?: readonly string[];
}

function start(args: readonly string[], { stdio = ['ignore', 'pipe', 'pipe'], gone, program = [] }: Way = {}): Promise<Ran> {
  const [command = '', ...rest] = [...program, process.execPath, BIN, ...args];
  return new Promise((done, fail) => {
    const child = spawn(command, rest, { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, stdio });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout?.resume();
    if (gone !== undefined) child[gone]?.destroy();
    child.on('error', fail);
    child.on('close', (code) => done({ code, stderr }));
  });
}

const MISTYPED = ['--data-dir', join(folder, 'mistyped')];
const STACK = /^\s+at |node:|Unhandled/mu;

describe('a reader that has had enough', () => {
  test.each([['config', 'schema'], ['--help'], ['completion', 'bash'], ['config', 'schema', '--json']])(
    'of %s %s ends it quietly',
    async (...args) => {
      expect(await start(args, { gone: 'stdout' })).toEqual({ code: 0, stderr: '' });
    },
  );

  test('of notes and errors changes nothing of what is done and answered', async () => {
    expect((await start(['ban', 'list', ...MISTYPED], { gone: 'stderr' })).code).toBe(4);
    expect((await start(['ban', 'list', '--wrong'], { gone: 'stderr' })).code).toBe(2);
  });
});

test.skipIf(!hasFull)('what could not be written to the end is a failure in words', async () => {
  for (const args of [['config', 'schema'], ['config', 'schema', '--json'], ['--help']]) {
    const full = openSync(FULL, 'w');
    const ran = await start(args, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(ran.code, args.join(' ')).toBe(1);
    expect(ran.stderr, args.join(' ')).toContain('no space is left');
    expect(ran.stderr, args.join(' ')).toContain('code  file-unusable');
    expect(ran.stderr, args.join(' ')).not.toMatch(STACK);
  }
});

describe.skipIf(!hasBash)('a shell', () => {
  const inShell = (line: string, ...args: string[]): Promise<Ran> =>
    start(args, { program: ['/bin/bash', '-c', `exec "$0" "$@" ${line}`] });

  test.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])('that closes streams (%s) is served as well', async (line) => {
    expect(await inShell(line, 'config', 'check')).toMatchObject({ code: 0 });
  });

  test('that hands over bytes which are no text is refused before anything is done', async () => {
    const ran = await inShell(String.raw`$'\xff\xfe'`, 'app', 'show');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('not UTF-8');
  });

  test('whose variable is empty does not act on the usual data directory', async () => {
    const ran = await inShell('"$NOT_SET"', 'uninstall', '--purge', '--yes', '--data-dir');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('this one is empty');
  });
});

describe('beside a server', () => {
  let server: HoldfastProcess;
  beforeAll(async () => {
    server = await HoldfastProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('following the log is ended by Ctrl-C with 130', async () => {
    // A server with nothing to complain of has an empty log.
    appendFileSync(join(server.dataDir, 'logs', 'holdfast.log'), '{"body":"a line of a test"}\n');
    const child = spawn(process.execPath, [BIN, 'logs', '--follow', '--data-dir', server.dataDir], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    await new Promise((done) => child.stdout.once('data', done));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });

  test('whose log collector has stopped: it serves on, and ends in order', async () => {
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    expect((await server.fetch('/')).status).toBe(200);
    expect(await server.kill('SIGTERM')).toBe(0);
  });
});
