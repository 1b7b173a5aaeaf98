import { ACCOUNTS } from '@holdfast/example-shop';
import type { PatchTest, PatchView } from '@holdfast/contract';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { HONEST_WORDS } from './honest-words.ts';

const SQLMAP = '/usr/bin/sqlmap';
const isPresent = existsSync(SQLMAP);
if (!isPresent) process.emitWarning('sqlmap is not installed: a virtual patch is NOT tried against it');

const RUN_TIMEOUT_MS = 240_000;
/** Until a change has reached the gateway, on a machine that has other work too. */
const IN_FORCE = { timeout: 30_000, interval: 50 };
const INJECTED = `/api/products?category=${encodeURIComponent("green' AND 1=1-- ")}`;

let server: HoldfastProcess;
let folder: string;
let patch: string;
let unpatched: ReadonlyMap<string, string>;

/** As the same tool is used against the engine in enforce mode; here the engine only records. */
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

/** What the shop answers: the flaw makes 500 of an unclosed quote, with the patch and without. */
async function search(word: string): Promise<string> {
  const { status, body } = await server.fetch(`/api/products?category=${encodeURIComponent(word)}`);
  return status === 200 ? `200 ${body}` : String(status);
}
async function searches(): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const word of HONEST_WORDS) answers.set(word, await search(word));
  return answers;
}
const injected = async (): Promise<number> => (await server.fetch(INJECTED)).status;

function expectAccounts(printed: string): void {
  for (const { password } of Object.values(ACCOUNTS)) expect(printed).toContain(password);
}

describe.skipIf(!isPresent)('a virtual patch for the flawed product list of the shop, whose engine is in monitor mode', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-patch-sqlmap-'));
    server = await HoldfastProcess.start();
    expect((await server.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
    const place = ['--app', 'demo-shop', '--method', 'GET', '--route', '/api/products', '--location', 'query'];
    const what = ['--parameter', 'category', '--attack', 'sqli', '--finding', 'SHOP-SQLI-1', '--reason', 'CWE-89 in the list'];
    const added = await server.cli<PatchView>('patch', 'add', ...place, ...what);
    expect(added.code, added.stderr).toBe(0);
    expect(added.data).toMatchObject({ state: 'detect', finding: 'SHOP-SQLI-1' });
    patch = added.data.id;
  }, 120_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('records first: sqlmap still reads every account', { timeout: RUN_TIMEOUT_MS }, async () => {
    expectAccounts(await attack('--technique', 'BU'));
    await expect
      .poll(async () => (await server.cli<PatchView>('patch', 'show', patch)).data.hits.recorded, IN_FORCE)
      .toBeGreaterThan(0);
  });

  test('is tested on what honest people sent, and touches none of it', { timeout: 120_000 }, async () => {
    unpatched = await searches();
    expect([...unpatched.values()]).not.toContain('403');
    expect([...unpatched.values()].filter((answer) => answer.startsWith('200')).length).toBeGreaterThan(35);
    const { data, code } = await server.cli<PatchTest>('patch', 'test', patch);
    expect(code).toBe(0);
    expect(data.verdict).toBe('clear');
    expect(data.touchedEstablished).toBeLessThanOrEqual(data.cap);
  });

  test('stops sqlmap once it is enforced, and lets every honest search pass', { timeout: RUN_TIMEOUT_MS }, async () => {
    const enforced = await server.cli<PatchView>('patch', 'enforce', patch);
    expect(enforced.code, enforced.stderr).toBe(0);
    await expect.poll(injected, IN_FORCE).toBe(403);
    const printed = await attack();
    expect(printed).toMatch(/do(?:es)? not (?:appear|seem) to be injectable/u);
    expect(printed).not.toContain('identified the following injection point');
    for (const { password } of Object.values(ACCOUNTS)) expect(printed).not.toContain(password);
    expect(await searches()).toEqual(unpatched);
    // The application is still in monitor mode: the same text elsewhere is only recorded.
    expect((await server.fetch(`/search?q=${encodeURIComponent("green' OR 1=1-- ")}`)).status).not.toBe(403);
  });

  test('says in the explanation which patch it was, and for which finding', { timeout: 60_000 }, async () => {
    const { headers } = await server.fetch(INJECTED);
    const { data } = await server.cli<{ outcome: string; reason: string; chain: { step: string; detail: string }[] }>(
      'explain',
      String(headers['x-request-id']),
    );
    expect(data).toMatchObject({ outcome: 'blocked', reason: `patch.${patch}` });
    const told = data.chain.filter(({ step }) => step === 'patch').map(({ detail }) => detail);
    expect(told[0]).toContain(`${patch} (SHOP-SQLI-1): query category: sqli.`);
  });

  test('opens the hole again when it is removed: sqlmap finds it', { timeout: RUN_TIMEOUT_MS }, async () => {
    expect((await server.cli('patch', 'remove', patch, '--reason', 'shows that it was the patch')).code).toBe(0);
    await expect.poll(injected, IN_FORCE).toBe(200);
    expectAccounts(await attack('--technique', 'BU'));
    // Undone with one command, in the state that it had.
    expect((await server.cli<PatchView>('patch', 'restore', patch)).data.state).toBe('enforce');
    await expect.poll(injected, IN_FORCE).toBe(403);
  });
});
