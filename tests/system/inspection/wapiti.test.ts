import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const WAPITI = '/usr/bin/wapiti';
const isPresent = existsSync(WAPITI);
if (!isPresent) process.emitWarning('wapiti is not installed: its attacks on the demo shop are NOT run');

const SCAN_TIMEOUT_MS = 180_000;
const MODULES = 'sql,xss,permanentxss,exec,file,crlf,ssrf,xxe,shellshock,log4shell';

/** The part of wapiti's report that is read here. */
interface Report {
  readonly vulnerabilities: Record<
    string,
    readonly { readonly method: string; readonly path: string; readonly parameter: string }[]
  >;
}

let server: HoldfastProcess;
let folder: string;

/** Crawls the shop and attacks what it finds; gives `kind method path parameter` of each hole. */
async function scan(name: string): Promise<readonly string[]> {
  const origin = `https://127.0.0.1:${new URL(server.https).port}`;
  const output = join(folder, `${name}.json`);
  const crawl = ['-u', `${origin}/`, '-s', `${origin}/api/products?category=green`, '-s', `${origin}/download?file=brewing.txt`];
  const attack = ['-m', MODULES, '--verify-ssl', '0', '-d', '4', '--max-links-per-page', '40', '--max-scan-time', '150'];
  const report = ['--flush-session', '--no-bugreport', '-f', 'json', '-o', output, '--store-session', join(folder, name)];
  await new Promise((done, fail) => {
    const child = spawn(WAPITI, [...crawl, ...attack, ...report], {
      env: { ...process.env, HOME: folder },
      stdio: 'ignore',
      timeout: SCAN_TIMEOUT_MS,
    });
    child.on('error', fail);
    child.on('close', done);
  });
  // Written by wapiti itself in this documented shape.
  const { vulnerabilities } = JSON.parse(readFileSync(output, 'utf8')) as Report;
  return Object.entries(vulnerabilities).flatMap(([kind, holes]) =>
    holes.map(({ method, path, parameter }) => `${kind} ${method} ${path} ${parameter}`),
  );
}

const setMode = async (mode: string): Promise<void> => {
  expect((await server.cli('app', 'mode', 'demo-shop', mode)).code).toBe(0);
};

describe.skipIf(!isPresent)('wapiti against the whole shop', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-wapiti-'));
    server = await HoldfastProcess.start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    'finds the planted injections in monitor mode and none of them in enforce mode',
    { timeout: 2 * SCAN_TIMEOUT_MS },
    async () => {
      await setMode('monitor');
      const open = await scan('monitor');
      const kinds = new Set(open.map((hole) => hole.split(' ', 1)[0]));
      expect(open.length).toBeGreaterThan(3);
      for (const kind of ['Command', 'Cross']) expect([...kinds], kind).toContain(kind);
      await setMode('enforce');
      expect(await scan('enforce')).toEqual([]);
    },
  );
});
