import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totp } from '../support/admin-browser.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the console is NOT tested in this run`);

let stand: ConsoleStand;

describe.skipIf(!isPresent)('the frame of the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('sends whoever has no session to the sign-in, and back to where they wanted to go', async () => {
    await using opened = await stand.open({ isSignedIn: false });
    const { page } = opened;
    await page.goto(`${stand.origin}/events?severity=high`);
    await page.waitForURL('**/sign-in?next=*');
    expect(new URL(page.url()).searchParams.get('next')).toBe('/events?severity=high');
    await page.getByLabel('Name').first().fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(stand.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Code', { exact: true }).fill(totp(stand.owner.secret, 1));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/events?severity=high');
    await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
  });

  test('serves its files for ever and packed, the shell anew, and nothing else of the disk', async () => {
    const { owner } = stand;
    const page = { accept: 'text/html' };
    const shell = await owner.send('GET', '/bans', { headers: page });
    expect(shell.status).toBe(200);
    expect(shell.headers['cache-control']).toBe('no-cache');
    const policy = String(shell.headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "require-trusted-types-for 'script'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain('unsafe');
    const tag = String(shell.headers['etag']);
    expect((await owner.send('GET', '/', { headers: { ...page, 'if-none-match': tag } })).status).toBe(304);
    const script = /src="(\/assets\/[\w-]+\.js)"/u.exec(shell.body)?.[1] ?? '';
    const packed = await owner.send('GET', script, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(packed.headers['content-encoding']).toBe('br');
    expect(packed.headers['cache-control']).toContain('immutable');
    expect(
      (await owner.send('GET', script, { headers: { 'accept-encoding': 'br;q=0' } })).headers['content-encoding'],
    ).toBeUndefined();
    for (const path of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/none.js', '/none'])
      expect((await owner.send('GET', path)).status, path).toBe(404);
    expect((await owner.send('GET', '/bans', { headers: { accept: 'application/json' } })).status).toBe(404);
  });

  test('a page of somebody else may link to it, and can neither frame it nor ask its API', async () => {
    const cross = { accept: 'text/html', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await stand.owner.send('GET', '/bans', { headers: cross })).status).toBe(200);
    for (const path of ['/api/v1/me', '/api/openapi.json', '/metrics'])
      expect((await stand.owner.send('GET', path, { headers: cross })).status, path).toBe(403);
    expect((await stand.owner.send('GET', '/bans', { headers: { ...cross, 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
  });

  test('Ctrl-K goes to a page by what it is about, and to a request by its number', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(stand.origin);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('false pos');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Tuning inbox' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill(stand.requestId.toLowerCase());
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/requests/${stand.requestId}`);
    expect(complaints).toEqual([]);
  });

  test('the colours that somebody chose stay, whatever the machine prefers', async () => {
    await using opened = await stand.open({ isDark: false });
    const { page } = opened;
    await page.goto(stand.origin);
    const back = async (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.getByRole('button', { name: 'Dark' }).click();
    const dark = await back();
    await page.reload();
    await page.getByRole('button', { name: 'Dark', pressed: true }).waitFor();
    expect(await back()).toBe(dark);
    await page.getByRole('button', { name: 'System' }).click();
    expect(await back()).not.toBe(dark);
  });
});
