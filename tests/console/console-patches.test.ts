import type { PatchView } from '@holdfast/contract';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: patches in the console are NOT tested in this run`);

/** Until a change has reached the gateway, on a machine that has other work too. */
const IN_FORCE = { timeout: 30_000 };
let stand: ConsoleStand;

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

const faultsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await page.evaluate<AxeResults>(async () => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`));
};

describe.skipIf(!isPresent)('patches in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
    expect((await stand.holdfast.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test(
    'one click from an event to a form that is filled in; recorded, tested, refused, undone',
    { timeout: 180_000 },
    async () => {
      await using opened = await stand.open();
      const { page, complaints } = opened;
      await page.addInitScript({ content: axe.source });
      const again = async (): Promise<number> => (await stand.holdfast.fetch(stand.attack)).status;
      await expect.poll(again, IN_FORCE).toBe(200);
      await page.goto(`${stand.origin}/requests/${stand.requestId}`);
      await page.getByRole('link', { name: 'Patch this place' }).click();
      const form = page.getByRole('dialog', { name: 'Patch a hole' });
      expect(await form.getByLabel('Route').inputValue()).toBe('/search');
      expect(await form.getByLabel('Parameter').inputValue()).toBe('q');
      expect(await form.getByLabel('Class of attack').inputValue()).toBe('sqli');
      expect(await form.getByLabel('Reason').inputValue()).toContain(stand.requestId);
      expect(await faultsOf(page)).toEqual([]);
      await form.getByRole('button', { name: 'Record what it stops' }).click();
      const drawer = page.getByRole('dialog').filter({ hasText: 'Records' });
      await drawer.waitFor();
      await drawer.getByRole('button', { name: 'Test' }).click();
      await drawer.getByText('Nobody who belongs here would be touched above the cap').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await drawer.getByRole('button', { name: 'Enforce' }).click();
      await page.getByText('The patch refuses from now on.').waitFor();
      // The application is in monitor mode: it is the patch that refuses.
      await expect.poll(again, IN_FORCE).toBe(403);
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await expect.poll(again, IN_FORCE).toBe(200);
      expect(complaints).toEqual([]);
    },
  );

  test('what the API finds wrong stands beside its field, and a list shows what there is', { timeout: 120_000 }, async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/patches?add=1&route=%2Fcart&parameter=id`);
    const form = page.getByRole('dialog', { name: 'Patch a hole' });
    await form.getByLabel('Stop').selectOption('constraint');
    await form.getByLabel('No other characters than (optional)').fill('(a+)+');
    await form.getByLabel('Reason').fill('a test');
    await form.getByRole('button', { name: 'Record what it stops' }).click();
    await form.getByText('must be one class such as').waitFor();
    await form.getByLabel('No other characters than (optional)').fill('[0-9]');
    await form.getByRole('button', { name: 'Record what it stops' }).click();
    await page.getByRole('dialog').getByText('anything but [0-9]').waitFor();
    const { data } = await stand.holdfast.cli<{ patches: PatchView[] }>('patch', 'list');
    expect(data.patches.map(({ route, match }) => ({ route, match }))).toContainEqual({
      route: '/cart',
      match: { kind: 'constraint', characters: '[0-9]' },
    });
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row').filter({ hasText: '/cart' }).waitFor();
  });

  test('form and drawer fit a narrow dark screen, with nothing for axe to find', { timeout: 120_000 }, async () => {
    await using opened = await stand.open({ isDark: true, width: 320 });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    const { data } = await stand.holdfast.cli<{ patches: PatchView[] }>('patch', 'list', '--all');
    const addresses = [
      '/patches',
      '/patches?add=1&route=%2Fcart&parameter=id',
      `/patches?state=all&show=${data.patches[0]?.id ?? ''}`,
    ];
    for (const address of addresses) {
      await page.goto(stand.origin + address);
      await page.locator('h1').first().waitFor();
      await page.waitForFunction(() => document.querySelector('.skeleton') === null);
      expect(await faultsOf(page), address).toEqual([]);
      // WCAG 2.2 §1.4.10: at 320 CSS pixels nothing scrolls sideways.
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${address} is too wide`).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});
