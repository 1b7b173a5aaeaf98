import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PageSchema } from '@holdfast/contract';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';
import { ROOT } from '../support/holdfast-process.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the check in the page is NOT tested in this run`);

const SCRIPT = join(ROOT, 'packages/browser/dist/validate.js');
const GZIPPED_BYTES_MAX = 8192;
/** The strictest policy that lets a page send forms at all: no nonce, no inline code, no text that becomes code. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";

const form = (attributes: string, fields: string): string =>
  `<!doctype html><html lang="en"><title>Form</title><link rel="icon" href="data:,"><form ${attributes}>${fields}<button>Send</button></form>`;
const TAG = '<script type="module" src="/.holdfast/validate.js"></script>';
/** A field named like what a script would ask the form for. */
const CLOBBERED =
  '<input name="action"><input name="elements"><input name="append"><input name="requestSubmit"><input name="method">';

const PAGES: Readonly<Record<string, string>> = {
  '/plain': `${form('method="post" action="/order"', '<input name="name" aria-describedby="hint"><p id="hint">as on your card</p><input name="count"><input name="mail" type="email">')}${TAG}`,
  '/words': `${form('method="post" action="/order" data-message-missing="Bitte ausfüllen."', '<input name="name"><input name="count" data-message="Nur Zahlen.">')}<script type="module" src="/.holdfast/validate.js" data-message-pattern="Nur Buchstaben."></script>`,
  '/clobbered': `${form('method="post" action="/order"', `<input name="name">${CLOBBERED}`)}${TAG}`,
  '/own-script': `${form('method="post" action="/order" novalidate', '<input name="name">')}<script src="/own.js"></script>${TAG}`,
  '/asks': `${form('action="/find?old=1"', '<input name="q">')}${TAG}`,
  '/hidden': `${form('method="post" action="/order"', '<input name="name" value="Ann"><input type="hidden" name="secret" value="1">')}${TAG}`,
  '/unknown': `${form('method="post" action="/elsewhere"', '<input name="anything">')}${TAG}`,
  '/files': `${form('method="post" action="/upload" enctype="multipart/form-data"', '<input name="photo" type="file"><textarea name="note"></textarea>')}${TAG}`,
  '/guarded': `<!doctype html><title>Fetch</title><link rel="icon" href="data:,"><script type="module" src="/.holdfast/validate.js" data-fetch="on"></script>`,
  '/off': `${form('method="post" action="/order"', '<input name="name">')}<script type="module" src="/.holdfast/validate.js" data-start="off"></script>`,
};
const OWN_SCRIPT = `document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); document.title = 'sent by script'; });`;

const closed = { isClosed: true, open: [], anyBelow: [], excepted: [] } as const;
const letters = { pattern: [[['azAZ', 'L', 1, 20]]] } as const;
const SCHEMAS: Readonly<Record<string, PageSchema>> = {
  '/order': {
    refusesOthers: true,
    operations: [
      {
        ...closed,
        method: 'POST',
        bodies: ['form', 'json'],
        excepted: ['pattern form mail'],
        values: [
          { at: 'form name', required: true, filled: true, ...letters },
          { at: 'form count', type: 'integer', minimum: 1, maximum: 9 },
          { at: 'form mail', ...letters },
          ...['action', 'elements', 'append', 'requestSubmit', 'method'].map((name) => ({ at: `form ${name}` })),
          { at: 'json items.*.price', list: true, type: 'number', minimum: 0 },
          { at: 'json note', maxLength: 5 },
        ],
      },
    ],
  },
  '/find': {
    refusesOthers: false,
    operations: [{ ...closed, method: 'GET', bodies: [], values: [{ at: 'query q', maxLength: 5 }] }],
  },
  '/upload': {
    refusesOthers: false,
    operations: [
      {
        ...closed,
        method: 'POST',
        bodies: ['multipart'],
        values: [
          { at: 'multipart photo', required: true },
          { at: 'multipart note', maxLength: 6 },
        ],
      },
    ],
  },
};

let server: Server;
let browser: Browser;
let page: Page;
let origin = '';
let received: { method: string; url: string; body: string }[] = [];
let complaints: string[] = [];
/** Answers of `/.holdfast/schema` wait for this. */
let gate: Promise<void> = Promise.resolve();

async function answer(path: string, url: URL): Promise<{ status: number; type: string; body: string }> {
  if (path === '/.holdfast/validate.js') return { status: 200, type: 'text/javascript', body: readFileSync(SCRIPT, 'utf8') };
  if (path === '/own.js') return { status: 200, type: 'text/javascript', body: OWN_SCRIPT };
  if (path !== '/.holdfast/schema')
    return {
      status: 200,
      type: 'text/html; charset=utf-8',
      body: PAGES[path] ?? '<!doctype html><title>Received</title><link rel="icon" href="data:,">',
    };
  await gate;
  const schema = SCHEMAS[url.searchParams.get('path') ?? ''];
  return schema === undefined
    ? { status: 204, type: '', body: '' }
    : { status: 200, type: 'application/json', body: JSON.stringify(schema) };
}

async function listen(): Promise<void> {
  server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://page.test');
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      if (PAGES[url.pathname] === undefined && !url.pathname.startsWith('/.holdfast/') && url.pathname !== '/own.js')
        received.push({ method: incoming.method ?? '', url: incoming.url ?? '', body: Buffer.concat(chunks).toString('utf8') });
      void answer(url.pathname, url).then(({ status, type, body }) =>
        outgoing.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY }).end(body),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A TCP server that listens has an address object.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs a text in the page: the test runner would rewrite a function's imports. The caller knows the shape of what comes back. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states that shape
const run = async <Result>(body: string): Promise<Result> =>
  page.evaluate<Result>(`(async () => { const kit = await import('/.holdfast/validate.js'); ${body} })()`);

const field = (name: string) => page.locator(`[name="${name}"]`);
const send = (): Promise<void> => page.getByRole('button', { name: 'Send' }).click();
const messages = (): Promise<string[]> => page.locator('.holdfast-message').allTextContents();
const arrived = (): Promise<void> => expect.poll(() => page.title()).toBe('Received');

describe('the file that pages load', () => {
  test('has no dependency, makes no code from text, and is smaller than 8 KB', () => {
    const text = readFileSync(SCRIPT, 'utf8');
    expect(gzipSync(text, { level: 9 }).byteLength).toBeLessThan(GZIPPED_BYTES_MAX);
    expect(text).not.toMatch(
      /\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setTimeout\(['"`]|\bimport\s*\(/u,
    );
    expect(text).not.toMatch(/^import /mu);
  });
});

describe.skipIf(!isPresent)('the check in the page, under a policy without inline code and with Trusted Types', () => {
  beforeAll(async () => {
    await listen();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    received = [];
    complaints = [];
    gate = Promise.resolve();
  });

  test('a field that does not fit keeps the form from being sent and says so to eyes, screen readers and the browser', async () => {
    await page.goto(`${origin}/plain`);
    await field('name').fill('Ann|a');
    await field('count').fill('12');
    await send();
    await expect
      .poll(messages)
      .toEqual(['This contains characters that are not accepted here.', 'This number is too small or too large.']);
    const state = await field('name').evaluate((element: HTMLInputElement) => ({
      isFocused: document.activeElement === element,
      invalid: element.getAttribute('aria-invalid'),
      described: element
        .getAttribute('aria-describedby')
        ?.split(' ')
        .map((id) => document.getElementById(id)?.textContent),
      next: element.nextElementSibling?.className,
      validity: element.validationMessage,
    }));
    const words = 'This contains characters that are not accepted here.';
    expect(state).toEqual({
      isFocused: true,
      invalid: 'true',
      described: ['as on your card', words],
      next: 'holdfast-message',
      validity: words,
    });
    expect(received).toEqual([]);
    await field('name').fill('Zoë');
    expect(await messages()).toEqual(['This number is too small or too large.']);
    expect(await field('name').getAttribute('aria-describedby')).toBe('hint');
    await field('count').fill('3');
    await send();
    await arrived();
    expect(received).toEqual([{ method: 'POST', url: '/order', body: 'name=Zo%C3%AB&count=3&mail=' }]);
    expect(complaints).toEqual([]);
  });

  test('what the browser checks by itself comes first and stays; an exception of the gateway holds here too', async () => {
    await page.goto(`${origin}/plain`);
    await field('name').fill('Ann');
    await field('mail').fill('no address');
    await send();
    expect(await field('mail').evaluate((element: HTMLInputElement) => element.validity.typeMismatch)).toBe(true);
    expect(await messages()).toEqual([]);
    await field('mail').fill('ann@example.org');
    await send();
    await arrived();
    expect(received).toHaveLength(1);
  });

  test('words come from the field, the form or the script element, in this order', async () => {
    await page.goto(`${origin}/words`);
    await field('count').fill('x');
    await send();
    // A field that was left blank is sent blank.
    await expect.poll(messages).toEqual(['Please fill in this field.', 'Nur Zahlen.']);
    await field('name').fill('|');
    await field('count').fill('1');
    await send();
    await expect.poll(messages).toEqual(['Nur Buchstaben.']);
    await field('name').evaluate((element) => element.remove());
    await send();
    await expect.poll(messages).toEqual(['Bitte ausfüllen.']);
  });

  test('fields that are named like members of a form change nothing', async () => {
    await page.goto(`${origin}/clobbered`);
    await field('name').fill('1');
    await send();
    await expect.poll(messages).toHaveLength(1);
    await field('name').fill('Ann');
    await send();
    await arrived();
    expect(received.map(({ url }) => url)).toEqual(['/order']);
    expect(complaints).toEqual([]);
  });

  test('a script of the page that sends the form itself is held back as well, and runs for the honest one', async () => {
    await page.goto(`${origin}/own-script`);
    await field('name').fill('|');
    await send();
    await expect.poll(messages).toHaveLength(1);
    expect(await page.title()).toBe('Form');
    await field('name').fill('Ann');
    await send();
    await expect.poll(() => page.title()).toBe('sent by script');
    expect(received).toEqual([]);
  });

  test('a form that is sent before the schema is here waits for it, once', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    await page.goto(`${origin}/plain`);
    await field('name').fill('Ann');
    await send();
    expect(await page.title()).toBe('Form');
    open();
    await arrived();
    expect(received).toHaveLength(1);
  });

  test('a mended value counts although no event told of it', async () => {
    await page.goto(`${origin}/plain`);
    await field('name').fill('|');
    await send();
    await expect.poll(messages).toHaveLength(1);
    await field('name').evaluate((element: HTMLInputElement) => (element.value = 'Ann'));
    await send();
    await arrived();
  });

  test('a form that asks is checked by its fields, files by being there, others not at all', async () => {
    await page.goto(`${origin}/asks`);
    await field('q').fill('too long');
    await send();
    await expect.poll(messages).toEqual(['This is too short or too long.']);
    await field('q').fill('tea');
    await send();
    await arrived();
    expect(received.map(({ url }) => url)).toEqual(['/find?q=tea']);
    await page.goto(`${origin}/files`);
    // Two lines of two letters are six characters on the wire.
    await field('note').fill('ab\ncde');
    await page.setInputFiles('[name="photo"]', { name: 'a|b.png', mimeType: 'image/png', buffer: Buffer.from('x') });
    await send();
    await expect.poll(messages).toEqual(['This is too short or too long.']);
    await field('note').fill('ab\ncd');
    await send();
    await arrived();
    await page.goto(`${origin}/unknown`);
    await field('anything').fill('<script>');
    await send();
    await arrived();
  });

  test('what nobody can see is told at the end of the form', async () => {
    await page.goto(`${origin}/hidden`);
    await send();
    await expect.poll(messages).toEqual(['This cannot be sent like this.']);
    expect(await page.locator('form > .holdfast-message:last-child').count()).toBe(1);
    expect(received).toEqual([]);
  });

  test('requests of scripts are judged when they ask, with the pointers of the gateway', async () => {
    await page.goto(`${origin}/off`);
    const body = JSON.stringify({ items: [{ price: 1 }, { price: -1 }], note: 'longer', more: true });
    const headers = { 'content-type': 'application/json' };
    const asked = JSON.stringify({ url: '/order', method: 'post', headers, body });
    expect(await run(`return kit.validate(${asked})`)).toEqual([
      { location: 'json', name: 'items.*.price', pointer: '/items/1/price', reason: 'range' },
      { location: 'json', name: 'note', pointer: '/note', reason: 'length' },
      { location: 'json', name: 'more', pointer: '/more', reason: 'unknown' },
    ]);
    expect(await run(`return kit.validate(new Request('/order', ${asked}))`)).toHaveLength(3);
    expect(await run(`return kit.validate({ url: '/order', method: 'DELETE' })`)).toEqual([
      { location: 'path', name: '', pointer: '', reason: 'method' },
    ]);
    expect(await run(`return kit.validate({ url: 'https://other.test/order', method: 'DELETE' })`)).toEqual([]);
    expect(
      await run(`return kit.validate({ url: '/order', method: 'POST', body: new URLSearchParams({ name: 'Ann' }) })`),
    ).toEqual([]);
  });

  test('a guarded fetch answers like the gateway and sends nothing; the honest one goes out; without it nothing is held', async () => {
    await page.goto(`${origin}/guarded`);
    const post = (name: string): Promise<{ status: number; body: string }> =>
      run(`const answer = await fetch('/order', { method: 'POST', body: new URLSearchParams({ name: ${JSON.stringify(name)} }) });
        return { status: answer.status, body: await answer.text() };`);
    const refused = await post('|');
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'schema-mismatch',
      errors: [{ location: 'form', name: 'name', pointer: '/name', reason: 'pattern' }],
    });
    expect(received).toEqual([]);
    expect((await post('Ann')).status).toBe(200);
    await page.goto(`${origin}/off`);
    expect((await post('|')).status).toBe(200);
    await field('name').fill('|');
    await send();
    await arrived();
    expect(received).toHaveLength(3);
  });
});
