import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: sources and bulk routes in the console are NOT tested in this run`);

const TIME = { timeout: 240_000 };
const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";
const NOTHING = 'No attack was seen in this time.';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

const faultsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await page.evaluate<AxeResults>(async () => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`));
};
const widthBeyond = async (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.skipIf(!isPresent)('in the console', () => {
  let stand: ConsoleStand;
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('where attacks come from is empty, then shown as it happens, in a picture and a table', TIME, async () => {
    await using opened = await stand.open({ isDark: false, width: 1280 });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    // The stand has been attacked already: what an answer without any looks like.
    const nothing = { span: '24h', since: 1, items: [], countries: [], total: { requests: 0, findings: 0 } };
    await page.route('**/api/v1/alerts/sources?*', async (route) => route.fulfill({ json: nothing }));
    await page.goto(`${stand.origin}/`);
    const panel = page.getByRole('region', { name: 'Where attacks come from' });
    await panel.getByText(NOTHING).waitFor();
    expect(await panel.getByRole('table').count()).toBe(0);
    await expect.poll(async () => panel.locator('svg circle').count(), { timeout: 30_000 }).toBeGreaterThan(200);
    expect(await faultsOf(page)).toEqual([]);
    await page.unroute('**/api/v1/alerts/sources?*');

    // Nobody reloads the page.
    for (let round = 0; round < 3; round += 1) await stand.holdfast.fetch(ATTACK);
    const table = panel.getByRole('table', { name: 'Sources of attacks' });
    await table.getByText('Not known, or private').waitFor({ timeout: 60_000 });
    expect(await panel.getByText(NOTHING).count()).toBe(0);
    await panel.getByRole('button', { name: 'Hour' }).click();
    await table.getByText('Not known, or private').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('it can be read in the dark, on a narrow screen', TIME, async () => {
    await using opened = await stand.open({ isDark: true, width: 320 });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/`);
    await page
      .getByRole('region', { name: 'Where attacks come from' })
      .getByText(/requests? and/u)
      .waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await widthBeyond(page)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a route is marked for bulk, counts again, and that is undone', TIME, async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/detection?tab=behaviours`);
    const panel = page.getByRole('region', { name: 'Routes for bulk' });
    await panel.getByText('No route is marked').waitFor();
    await panel.getByRole('button', { name: 'Mark a route' }).click();
    const form = page.getByRole('dialog', { name: 'A route for bulk' });
    await form.getByLabel('Application').fill('app');
    await form.getByLabel('Route').fill('no path');
    await form.getByLabel('Reason').fill('nightly export of this test');
    await form.getByRole('button', { name: 'Mark it' }).click();
    await form.getByText('a path as events name routes').waitFor();
    await form.getByLabel('Route').fill('/export/*');
    expect(await faultsOf(page)).toEqual([]);
    await form.getByRole('button', { name: 'Mark it' }).click();
    const table = panel.getByRole('table', { name: 'Routes of which much may be fetched' });
    await table.getByText('/export/*').waitFor();
    expect((await stand.holdfast.cli('detect', 'bulk', 'list')).stdout).toContain('/export/*');
    await table.getByRole('button', { name: 'Count again: /export/*' }).click();
    await panel.getByText('No route is marked').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await table.getByText('/export/*').waitFor();
    expect(complaints).toEqual([]);
  });
});
