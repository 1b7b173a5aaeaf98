import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNTS } from '@holdfast/example-shop';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../support/holdfast-process.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: what a browser does with protected pages is NOT tested in this run`);

const WIDTHS = [1280, 320];
const PAGES = [
  '/',
  '/search?q=tea',
  '/products/1',
  '/products/2',
  '/login',
  '/upload',
  '/tools',
  '/downloads',
  '/about-this-shop',
];
const LIVE_MS_MAX = 20_000;
const screenshots = mkdtempSync(join(tmpdir(), 'hf-screenshots-'));

declare global {
  // Set by attack scripts when they run.
  // oxlint-disable-next-line no-var -- only `var` makes a global
  var owned: string | undefined;
}

let server: HoldfastProcess;
let browser: Browser;
let origin = '';

/** A page with a list of everything that its browser complained about. */
async function openPage(width = 1280): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, context, complaints };
}

const isOwned = (page: Page): Promise<string | undefined> => page.evaluate(() => globalThis.owned);
const setMode = async (mode: string): Promise<void> => {
  expect((await server.cli('app', 'mode', 'demo-shop', mode)).code).toBe(0);
};

async function signIn(page: Page): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.getByLabel('Name').fill(ACCOUNTS.customer.name);
  await page.getByLabel('Password').fill(ACCOUNTS.customer.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/orders');
}

describe.skipIf(!isPresent)('a browser in front of the protected shop', () => {
  beforeAll(async () => {
    server = await HoldfastProcess.start();
    origin = `https://localhost:${new URL(server.https).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  test.each(WIDTHS)('finds no fault on any page at %d pixels, over HTTP/2, with the policy enforced', async (width) => {
    const { page, context, complaints } = await openPage(width);
    for (const path of PAGES) {
      const answer = await page.goto(origin + path);
      expect(answer?.status(), path).toBe(200);
      expect(answer?.headers()['content-security-policy'], path).toContain("default-src 'none'");
      expect(await page.evaluate(() => performance.getEntriesByType('navigation').map((entry) => entry.toJSON()))).toEqual([
        expect.objectContaining({ nextHopProtocol: 'h2' }),
      ]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('runs the shop’s own inline script: the filter, the WebSocket ticker, the event stream', async () => {
    const { page, context, complaints } = await openPage();
    await page.goto(`${origin}/`);
    await page.getByRole('button', { name: 'green', exact: true }).click();
    await page.getByText(/^\d+ tins?$/u).waitFor({ timeout: LIVE_MS_MAX });
    await page.locator('#ticker', { hasText: 'Live:' }).waitFor({ timeout: LIVE_MS_MAX });
    const first = await page.locator('#ticker').textContent();
    await expect.poll(() => page.locator('#ticker').textContent(), { timeout: LIVE_MS_MAX }).not.toBe(first);
    await expect.poll(() => page.locator('#notice').textContent(), { timeout: LIVE_MS_MAX }).not.toBe('none yet');
    // The style of the page itself is applied, not only the sheet.
    expect(await page.locator('#filters').evaluate((element) => getComputedStyle(element).display)).toBe('flex');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('signs in, comments, uploads and signs out; the session cookie is out of reach of script', async () => {
    const { page, context, complaints } = await openPage();
    await signIn(page);
    const cookies = await context.cookies();
    expect(cookies.map(({ name }) => name)).toContain('sid');
    for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.goto(`${origin}/products/3`);
    await page.getByLabel('Comment', { exact: true }).fill('I <3 this tea, "select" union of leaves -- ok?');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByText('union of leaves').waitFor();
    await page.goto(`${origin}/upload`);
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    await page.setInputFiles('#file', { name: 'tin.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('link', { name: 'tin.png' }).click();
    await page.waitForURL('**/uploads/tin.png');
    await page.goto(`${origin}/`);
    await page.getByRole('button', { name: /Sign out/u }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(WIDTHS)('shows the block page readably at %d pixels, with the number that explain knows', async (width) => {
    await setMode('enforce');
    const { page, context, complaints } = await openPage(width);
    const attack = `${origin}/search?${new URLSearchParams({ q: '<script>globalThis.owned = "page"</script>' }).toString()}`;
    await expect.poll(async () => (await page.goto(attack))?.status()).toBe(403);
    const answer = await page.goto(attack);
    const id = answer?.headers()['x-request-id'] ?? '';
    expect(await page.locator('h1').textContent()).toBe('Request blocked');
    expect(await page.locator('code').textContent()).toBe(id);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    // Its one style element is let through by hash: without it the heading would be at the browser's own size.
    expect(await page.locator('h1').evaluate((element) => getComputedStyle(element).fontSize)).toBe('24px');
    // GrayText is the colour of what is switched off: too pale to be read (WCAG 2.2 §1.4.3).
    const colours = await page
      .locator('h1, p, dt, dd')
      .evaluateAll((all) => all.map((element) => getComputedStyle(element).color));
    expect(new Set(colours).size).toBe(1);
    await page.screenshot({ path: join(screenshots, `block-page-${width}.png`) });
    expect((await server.cli<{ outcome: string }>('explain', id)).data.outcome).toBe('blocked');
    expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
    await context.close();
  });

  describe('in monitor mode, where an attack reaches the page', () => {
    beforeAll(() => setMode('monitor'));
    const reports = async (): Promise<string> => (await server.cli('csp', 'reports', 'demo-shop')).stdout;

    test('a reflected inline script is there and does not run, while the shop’s own script does', async () => {
      const { page, context, complaints } = await openPage();
      const attack = new URLSearchParams({ q: '<script>globalThis.owned = "reflected"</script>' }).toString();
      await expect.poll(async () => (await page.goto(`${origin}/search?${attack}`))?.status()).toBe(200);
      expect(await page.evaluate(() => [...document.scripts].some((script) => script.text.includes('owned')))).toBe(true);
      expect(await isOwned(page)).toBeUndefined();
      expect(complaints.join('\n')).toContain('Content Security Policy');
      await expect.poll(reports, { timeout: 30_000 }).toMatch(/"directive":"script-src(?:-elem)?"/u);
      await page.goto(`${origin}/`);
      await page.locator('#ticker', { hasText: 'Live:' }).waitFor({ timeout: LIVE_MS_MAX });
      await context.close();
    });

    test('a copy of the shop’s own nonce or a script file of another origin does not help', async () => {
      const { page, context } = await openPage();
      await page.goto(`${origin}/`);
      // A page cannot read its nonce from the attribute (HTML §3.2.6.5), but an attacker may have seen another response.
      const nonce = await page.evaluate(() => document.querySelector('script')?.nonce ?? '');
      expect(nonce).not.toBe('');
      const attacks = [
        `<script nonce="${nonce}">globalThis.owned = "nonce"</script>`,
        '<script src="https://evil.example/x.js"></script>',
        '<img src="x" onerror="globalThis.owned = \'handler\'">',
        '<svg onload="globalThis.owned = \'svg\'"></svg>',
        '<iframe srcdoc="<script>parent.owned = \'frame\'</script>"></iframe>',
        '<base href="https://evil.example/"><script src="/static/x.js"></script>',
      ];
      for (const attack of attacks) {
        await page.goto(`${origin}/search?${new URLSearchParams({ q: attack }).toString()}`);
        await page.waitForLoadState('load');
        expect(await isOwned(page), attack).toBeUndefined();
      }
      await page.goto(
        `${origin}/search?${new URLSearchParams({ q: '<a href="javascript:globalThis.owned=1">teas</a>' }).toString()}`,
      );
      await page.getByRole('link', { name: 'teas' }).click();
      expect(await isOwned(page)).toBeUndefined();
      await context.close();
    });

    test('a stored script does not run for the next visitor, and a report arrives', async () => {
      const posted = await server.fetch('/products/4/comments', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          comment: '<img src=x onerror="globalThis.owned = 1"><script>globalThis.owned = 2</script>',
        }).toString(),
      });
      expect(posted.status).toBe(303);
      const { page, context, complaints } = await openPage();
      await signIn(page);
      await page.goto(`${origin}/products/4`);
      expect(await page.content()).toContain('onerror');
      expect(await isOwned(page)).toBeUndefined();
      expect(complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
      await expect.poll(reports, { timeout: 30_000 }).toContain('"directive":"script-src-attr"');
      // The comment form beside it still works.
      await page.getByLabel('Comment', { exact: true }).fill('A calm reply');
      await page.getByRole('button', { name: 'Post comment' }).click();
      await page.getByText('A calm reply').waitFor();
      await context.close();
    });

    test('a page with script that somebody uploaded does not run it', async () => {
      const boundary = 'b0undary';
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="page.html"\r\nContent-Type: text/html\r\n\r\n`;
      const posted = await server.fetch('/upload', {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        body: `${head}<p>hello</p><script>globalThis.owned = "upload"</script>\r\n--${boundary}--\r\n`,
      });
      expect(posted.status).toBe(303);
      const { page, context } = await openPage();
      await page.goto(`${origin}/uploads/page.html`);
      expect(await page.getByText('hello').count()).toBe(1);
      expect(await isOwned(page)).toBeUndefined();
      await context.close();
    });
  });
});
