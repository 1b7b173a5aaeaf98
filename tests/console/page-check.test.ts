import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';
import { HoldfastProcess } from '../support/holdfast-process.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent)
  process.emitWarning(`${CHROMIUM} not found: the schema in the page of the protected shop is NOT tested in this run`);

const SCHEMA = `
openapi: 3.1.0
paths:
  /products/{number}/comments:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              additionalProperties: false
              required: [comment]
              properties:
                author: {type: string, maxLength: 20, pattern: '^[a-zA-Z \\p{L}]{1,20}$', description: not for strangers}
                comment: {type: string, minLength: 1, maxLength: 200, x-holdfast-word: true, x-holdfast-context: free-text}
                kind: {enum: [praise, staff-only]}
`;
/** The same as a whole document, with other bounds. */
const DOCUMENT = `
openapi: 3.0.3
info: {title: shop, version: '1'}
paths:
  /products/{number}/comments:
    post:
      parameters: [{in: path, name: number, required: true, schema: {type: integer}}]
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [comment]
              properties:
                author: {type: string, maxLength: 5}
                comment: {type: string, minLength: 1, maxLength: 200}
                stars: {type: integer, minimum: 1, maximum: 5}
`;
const PATH = '/products/1/comments';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const schemaAt = (path: string): string => `/.holdfast/schema?path=${encodeURIComponent(path)}`;

const folder = mkdtempSync(join(tmpdir(), 'hf-page-check-'));
const file = join(folder, 'shop.yaml');
let server: HoldfastProcess;
let browser: Browser;
let page: Page;
let origin = '';
let complaints: string[] = [];

/** With a cache of its own: a page keeps what it was told for a minute. */
async function openPage(): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const opened = await context.newPage();
  opened.on('console', (message) => complaints.push(message.text()));
  opened.on('pageerror', (error) => complaints.push(error.message));
  return opened;
}

describe.skipIf(!isPresent)('the schema of the protected shop, in the page and behind it', () => {
  beforeAll(async () => {
    writeFileSync(file, SCHEMA);
    server = await HoldfastProcess.start();
    origin = `https://localhost:${new URL(server.https).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    page = await openPage();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is told to nobody where nothing would be refused: none accepted, or only watched', async () => {
    expect((await server.fetch(schemaAt(PATH))).status).toBe(204);
    expect((await server.cli('schema', 'accept', 'demo-shop', '--file', file, '--yes')).code).toBe(0);
    expect((await server.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).status).toBe(204);
    // A page that checks is no stricter than the gateway.
    await page.goto(`${origin}/products/1`);
    await page.getByLabel('Shown as').fill('Ann|a');
    await page.getByLabel('Comment', { exact: true }).fill('lovely');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByText('Ann|a').waitFor();
    await page.context().close();
    page = await openPage();
    expect((await server.cli('app', 'mode', 'demo-shop', 'enforce')).code).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).status).toBe(200);
  });

  test('is told of one path: names, kinds and limits, without choices, remarks and other paths', async () => {
    const answer = await server.fetch(schemaAt(PATH));
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'private, max-age=60' });
    const [operation] = (JSON.parse(answer.body) as { operations: { values: unknown[] }[] }).operations;
    expect(operation?.values).toEqual([
      { at: 'form author', maxLength: 20, pattern: [[['  AZaz', 'L', 1, 20]]] },
      { at: 'form comment', required: true, filled: true, minLength: 1, maxLength: 200, word: true },
      { at: 'form kind', filled: true },
    ]);
    expect(answer.body).not.toMatch(/staff-only|strangers|free-text|number/u);
    const held = await server.fetch(schemaAt(PATH), { headers: { 'if-none-match': String(answer.headers['etag']) } });
    expect([held.status, held.body]).toEqual([304, '']);
    for (const path of ['/products/1', '/', '/products/x/comments', '/.holdfast/schema', '../etc', ''])
      expect((await server.fetch(schemaAt(path))).status, path).toBe(204);
    expect((await server.fetch('/.holdfast/schema')).status).toBe(204);
    expect((await server.fetch(`${schemaAt(PATH)}&path=/`)).status).toBe(204);
    expect((await server.fetch(schemaAt(PATH), { method: 'POST', body: '' })).status).toBe(405);
  });

  test('refuses in the page what the gateway refuses, at the same place; the honest form passes', async () => {
    complaints = [];
    const answer = await page.goto(`${origin}/products/1`);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    await page.getByLabel('Shown as').fill('Ann|a');
    await page.getByLabel('Comment', { exact: true }).fill('?!');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await expect
      .poll(() => page.locator('.holdfast-message').allTextContents())
      .toEqual(['This contains characters that are not accepted here.', 'Please use at least one letter or digit.']);
    expect(sent).toEqual([]);
    const fields = { author: 'Ann|a', comment: '?!' };
    const asked = `{ url: '${PATH}', method: 'POST', body: new URLSearchParams(${JSON.stringify(fields)}) }`;
    const told = await page.evaluate<unknown>(`import('/.holdfast/validate.js').then((kit) => kit.validate(${asked}))`);
    expect(told).toEqual([
      { location: 'form', name: 'author', pointer: '/author', reason: 'pattern' },
      { location: 'form', name: 'comment', pointer: '/comment', reason: 'word' },
    ]);
    const past = await server.fetch(PATH, { method: 'POST', headers: FORM, body: new URLSearchParams(fields).toString() });
    expect(past.status).toBe(400);
    // Who goes round the page is told the same by the gateway, at the same pointers.
    expect(JSON.parse(past.body)).toMatchObject({ code: 'schema-mismatch', errors: told });
    const explained = await server.cli('explain', String(past.headers['x-request-id']));
    expect(JSON.stringify(explained.data)).toMatch(/pattern: form author .*word: form comment /u);
    await page.getByLabel('Shown as').fill('José');
    await page.getByLabel('Comment', { exact: true }).fill('A cup, and another!');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByText('A cup, and another!').waitFor();
    expect(sent).toEqual([origin + PATH]);
    expect(complaints).toEqual([]);
  });

  test('a choice is not known in the page: it passes there and is refused behind it', async () => {
    const fields = { comment: 'tea', kind: 'root' };
    const asked = `{ url: '${PATH}', method: 'POST', body: new URLSearchParams(${JSON.stringify(fields)}) }`;
    expect(await page.evaluate<unknown>(`import('/.holdfast/validate.js').then((kit) => kit.validate(${asked}))`)).toEqual([]);
    const body = new URLSearchParams(fields).toString();
    expect((await server.fetch(PATH, { method: 'POST', headers: FORM, body })).status).toBe(400);
  });

  test('an exception is told with it', async () => {
    const place = ['--method', 'POST', '--route', PATH, '--location', 'form', '--parameter', 'author'];
    const added = await server.cli(
      'exception',
      'add',
      '--app',
      'demo-shop',
      ...place,
      '--rule',
      'schema.pattern',
      '--reason',
      'bars in names',
    );
    expect(added.code, added.stderr).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).body).toContain('"excepted":["pattern form author"]');
  });

  test('of a whole document the page tells what its script can hold a value against, as the gateway does', async () => {
    const document = join(folder, 'whole.yaml');
    writeFileSync(document, DOCUMENT);
    const taken = await server.cli('schema', 'import', document, '--app', 'demo-shop', '--yes');
    expect(taken.code, taken.stderr).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).body, { timeout: 60_000 }).toContain('"points":true');
    await using context = await browser.newContext({ ignoreHTTPSErrors: true });
    const fresh = await context.newPage();
    await fresh.goto(origin);
    const ask = async (fields: Readonly<Record<string, string>>): Promise<unknown> =>
      fresh.evaluate<unknown>(
        `import('/.holdfast/validate.js').then((kit) => kit.validate({ url: '${PATH}', method: 'POST', body: new URLSearchParams(${JSON.stringify(fields)}) }))`,
      );
    const sendTo = async (fields: Readonly<Record<string, string>>) =>
      server.fetch(PATH, { method: 'POST', headers: FORM, body: new URLSearchParams(fields).toString() });
    const tampered = { author: 'Josephine', comment: '', stars: '9', isAdmin: '1' };
    const told = (await ask(tampered)) as { readonly pointer: string }[];
    expect(told.map(({ pointer }) => pointer).toSorted()).toEqual(['/author', '/comment', '/isAdmin', '/stars']);
    const refused = await sendTo(tampered);
    expect(refused.status).toBe(400);
    const { errors } = JSON.parse(refused.body) as { errors: { readonly pointer: string }[] };
    const byPointer = (left: { readonly pointer: string }, right: { readonly pointer: string }): number =>
      left.pointer < right.pointer ? -1 : 1;
    expect(errors.toSorted(byPointer)).toEqual(told.toSorted(byPointer));
    expect(await ask({ author: 'José', comment: 'tea', stars: '5' })).toEqual([]);
    // Tried only, it refuses nothing, and a page must not be stricter.
    expect((await server.cli('schema', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).status, { timeout: 60_000 }).toBe(204);
    expect((await server.cli('schema', 'withdraw', 'demo-shop', '--yes')).code).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).status, { timeout: 60_000 }).toBe(200);
  });

  test('switched off nothing is told any more, and the gateway refuses as before', async () => {
    expect((await server.cli('app', 'page-check', 'demo-shop', 'off')).code).toBe(0);
    await expect.poll(async () => (await server.fetch(schemaAt(PATH))).status).toBe(204);
    expect((await server.fetch(PATH, { method: 'POST', headers: FORM, body: 'comment=%3F' })).status).toBe(400);
    expect((await server.cli('app', 'page-check', 'demo-shop', 'maybe')).code).toBe(2);
  });

  test('the script is the same few kilobytes for everybody, packed and kept', async () => {
    const plain = await server.fetch('/.holdfast/validate.js');
    expect(plain).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    const packed = await server.fetch('/.holdfast/validate.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(packed.headers['etag']).not.toBe(plain.headers['etag']);
    const held = await server.fetch('/.holdfast/validate.js', { headers: { 'if-none-match': String(plain.headers['etag']) } });
    expect(held.status).toBe(304);
  });
});
