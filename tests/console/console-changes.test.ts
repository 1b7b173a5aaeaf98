import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totp } from '../support/admin-browser.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the console is NOT tested in this run`);

/** Until a change has reached the gateway, on a machine that has other work too. */
const IN_FORCE = { timeout: 30_000 };
let stand: ConsoleStand;

describe.skipIf(!isPresent)('changes in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a false positive becomes an exception in three clicks, which holds at once and is undone with one', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const again = async (): Promise<number> => (await stand.holdfast.fetch(stand.attack)).status;
    expect(await again()).toBe(403);
    await page.goto(`${stand.origin}/events?outcome=blocked`);
    await page.locator(`a[href*="${stand.requestId}"]`).first().click();
    await page.getByRole('button', { name: 'This is no attack' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make an exception' });
    await dialog.getByLabel('Why is this no attack?').fill('a course on databases');
    await dialog.getByRole('button', { name: /^Make/u }).click();
    await page.getByRole('status').filter({ hasText: 'in force' }).waitFor();
    await expect.poll(again, IN_FORCE).toBe(200);
    // The same text elsewhere is still an attack.
    expect((await stand.holdfast.fetch(stand.attack.replace('/search', '/'))).status).toBe(403);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone.').waitFor();
    await expect.poll(again, IN_FORCE).toBe(403);
    expect(complaints).toEqual([]);
  });

  test('what the API finds wrong with a field stands beside that field', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/bans`);
    await page.getByRole('button', { name: /Ban an address/u }).click();
    await page.getByRole('dialog').getByRole('textbox').first().fill('nonsense');
    await page.getByRole('dialog').getByRole('textbox').nth(1).fill('a test');
    await page.getByRole('dialog').getByRole('button', { name: /^Ban/u }).click();
    await page.getByRole('dialog').locator('[aria-invalid="true"]').waitFor();
  });

  test('events arrive while somebody looks, without moving the list', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/events`);
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    const before = await rows.first().textContent();
    const news = page.getByRole('button', { name: /^Show \d+ new/u });
    await expect
      .poll(async () => {
        await stand.holdfast.fetch(stand.attack);
        return news.count();
      }, IN_FORCE)
      .toBe(1);
    expect(await rows.first().textContent()).toBe(before);
    await news.click();
    await expect.poll(async () => rows.first().textContent(), IN_FORCE).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  test('j, k, Enter and e move through a list; with single keys switched off they are letters', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/events?outcome=blocked`);
    await page.locator('tbody tr').first().waitFor();
    const focused = async (): Promise<number> =>
      page.evaluate(() => [...document.querySelectorAll('[data-row]')].findIndex((row) => row === document.activeElement));
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await focused()).toBe(1);
    await page.keyboard.press('k');
    expect(await focused()).toBe(0);
    await page.keyboard.press('e');
    await page.waitForURL('**/requests/*');
    await page.goBack();
    await page.locator('tbody tr').first().waitFor();
    await page.keyboard.press('?');
    await page.getByLabel('Single keys do something').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const at = await focused();
    await page.keyboard.press('j');
    expect(await focused()).toBe(at);
  });

  test('a role sees the pages that it may, and its rights are decided again by the API', async () => {
    const { data } = await stand.owner.api('GET', '/me');
    expect(data['role']).toBe('owner');
    await using opened = await stand.open();
    const { page } = opened;
    // The same person with the rights of an auditor, as the API would tell it.
    await page.route('**/api/v1/me', async (route) => {
      const answer = await route.fetch();
      const me = (await answer.json()) as { permissions: string[] };
      const permissions = me.permissions.filter((name) => name === 'event:read' || name === 'system:read');
      await route.fulfill({ response: answer, json: { ...me, role: 'analyst', permissions } });
    });
    await page.goto(`${stand.origin}/requests/${stand.requestId}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const pages = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    expect(pages).toEqual(['Overview', 'Events', 'Settings']);
    expect(await page.getByRole('button', { name: 'This is no attack' }).count()).toBe(0);
  });

  // The last one: the session goes on under another token.
  test('a sensitive change waits for its person to confirm who they are, and is finished where it was begun', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/applications`);
    await page.getByRole('button', { name: 'Add an application' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Tea Club');
    await page.getByLabel('Where it listens').fill('http://127.0.0.1:9');
    await page.getByLabel('Host name').fill('club.example.org');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('button', { name: 'Confirm and come back' }).click();
    await page.getByLabel('Code', { exact: true }).fill(totp(stand.owner.secret, 1));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/applications');
    const names = async (): Promise<unknown> =>
      (await stand.holdfast.cli<{ applications: unknown }>('app', 'list')).stdout.includes('tea-club');
    // Coming back alone did nothing.
    const finish = page.getByRole('dialog', { name: 'Thank you, it is you' });
    await finish.waitFor();
    expect(await names()).toBe(false);
    await finish.getByRole('button', { name: 'Add Tea Club' }).click();
    await page.getByRole('link', { name: 'Tea Club' }).waitFor();
    expect(await names()).toBe(true);
    // It is offered once.
    await page.reload();
    await page.getByRole('link', { name: 'Tea Club' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
