import { ACCOUNTS } from '@holdfast/example-shop';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const SQLMAP = '/usr/bin/sqlmap';
const isPresent = existsSync(SQLMAP);
if (!isPresent) process.emitWarning('sqlmap is not installed: its attacks on the demo shop are NOT run');

const RUN_TIMEOUT_MS = 180_000;
/** Scripts that rewrite each payload, a few at a time: what they do is other spelling, other encodings, other operators. */
const TAMPERS = [
  'space2comment,randomcase',
  'charunicodeencode,between',
  'space2plus,equaltolike,greatest',
  'percentage,unionalltounion,apostrophemask',
] as const;

let server: HoldfastProcess;
let folder: string;

/** Level 3 and risk 2 on the one flawed parameter; gives everything that sqlmap printed. */
function attack(...more: readonly string[]): Promise<string> {
  const target = `https://127.0.0.1:${new URL(server.https).port}/api/products?category=green`;
  const common = ['--batch', '--level', '3', '--risk', '2', '-p', 'category', '--flush-session', '--disable-coloring'];
  const dump = ['--dump', '-T', 'account', '--threads', '4', '--ignore-code', '403', '--output-dir', join(folder, 'out')];
  return new Promise((done, fail) => {
    const child = spawn(SQLMAP, ['-u', target, ...common, ...dump, ...more], {
      env: { ...process.env, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_TIMEOUT_MS,
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.on('error', fail);
    child.on('close', () => done(printed));
  });
}

const setMode = async (mode: string): Promise<void> => {
  expect((await server.cli('app', 'mode', 'demo-shop', mode)).code).toBe(0);
};

describe.skipIf(!isPresent)('sqlmap against the flawed product list of the shop', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlmap-'));
    server = await HoldfastProcess.start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('in monitor mode it reads every account: the hole is real', { timeout: RUN_TIMEOUT_MS }, async () => {
    await setMode('monitor');
    const printed = await attack('--technique', 'BU');
    for (const { password } of Object.values(ACCOUNTS)) expect(printed).toContain(password);
  });

  test.each(['', ...TAMPERS])(
    'in enforce mode it finds nothing, payloads rewritten by “%s”',
    { timeout: RUN_TIMEOUT_MS },
    async (tamper) => {
      await setMode('enforce');
      const printed = await attack(...(tamper === '' ? [] : ['--tamper', tamper]));
      expect(printed).toMatch(/do(?:es)? not (?:appear|seem) to be injectable/u);
      expect(printed).not.toContain('identified the following injection point');
      for (const { password } of Object.values(ACCOUNTS)) expect(printed).not.toContain(password);
      // The same tool meets an open door where it sends what people send.
      expect((await server.fetch('/api/products?category=green')).status).toBe(200);
    },
  );
});
