import { chromium, type Browser, type Page } from 'playwright-core';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect } from '../../packages/inspect/src/index.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';
import { ROOT } from '../support/holdfast-process.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning('Chromium is not installed: inspection in a browser is NOT tested');

const SOURCES = join(ROOT, 'packages/inspect/src');
const TARGETS = [
  '/search?q=tea%20%26%20biscuits',
  "/search?q=1'%20OR%20'1'%3D'1",
  '/?c=%3Cscript%3Ealert(1)%3C/script%3E',
  '/?f=..%2f..%2f..%2fetc%2fpasswd',
  '/?h=127.0.0.1%3Bcat%20/etc/passwd',
  '/?b=PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  '/%2e%2e/x',
  "/?name=O'Brien",
];

let server: Server;
let browser: Browser;
let page: Page;
let origin: string;
let asked: string[] = [];

/** Runs a text in the page: the test runner would rewrite a function's imports. The caller knows the shape of what comes back. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states that shape
const run = async <Result>(body: string): Promise<Result> => page.evaluate<Result>(`(async () => { ${body} })()`);

describe.skipIf(!isPresent)('inspection in a browser', () => {
  beforeAll(async () => {
    // The package as it is written, each file without its types: what a bundler would be given.
    server = createServer((incoming, outgoing) => {
      const path = normalize(incoming.url ?? '/');
      asked.push(path);
      const file = join(SOURCES, path);
      const isSource = path.endsWith('.ts') && existsSync(file);
      outgoing.writeHead(200, { 'content-type': isSource ? 'text/javascript' : 'text/html' });
      outgoing.end(isSource ? stripTypeScriptTypes(readFileSync(file, 'utf8')) : '<!doctype html><title>inspect</title>');
    });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    // A TCP server that listens has an address object.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test('gives the very verdicts that it gives in Node', async () => {
    await page.goto(origin);
    const verdicts = await run<{ kind: string }[]>(
      `const { inspect } = await import('/index.ts');
      return ${JSON.stringify(TARGETS)}.map((target) => inspect({ method: 'GET', target, headers: [], body: null }));`,
    );
    expect(verdicts).toEqual(TARGETS.map((target) => inspect({ method: 'GET', target, headers: [], body: null })));
    expect(verdicts.map(({ kind }) => kind)).toEqual([
      'clean',
      'attack',
      'attack',
      'attack',
      'attack',
      'attack',
      'unreadable',
      'clean',
    ]);
  });

  test('loads one detector without the others', async () => {
    await page.goto(origin);
    asked = [];
    const isAttack = await run<boolean>(
      `const [{ inspectWith }, { sqli }] = await Promise.all([import('/engine.ts'), import('/sqli/detect.ts')]);
      const fields = [{ location: 'query', name: 'id', value: '1 UNION SELECT name FROM users' }];
      return inspectWith([sqli], { method: 'GET', path: '/', fields }).isAttack;`,
    );
    expect(isAttack).toBe(true);
    expect(asked.length).toBeGreaterThan(5);
    for (const folder of ['xss', 'cmdi', 'traversal', 'ssti', 'learn'])
      expect(
        asked.filter((path) => path.startsWith(`/${folder}/`)),
        folder,
      ).toEqual([]);
  });
});
