import { existsSync } from 'node:fs';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand, type OpenedPage } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: schemas in the console are NOT tested in this run`);

const IN_FORCE = { timeout: 60_000 };
/** One route of the demo shop. */
const DOCUMENT = `openapi: 3.0.3
info: { title: shop, version: '1' }
paths:
  /search:
    get:
      parameters:
        - name: q
          in: query
          schema: { type: string, maxLength: 512 }
`;
const FAULTY = DOCUMENT.replace('type: string, maxLength: 512', "$ref: 'other.yaml'");

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

let stand: ConsoleStand;
const unknown = async (): Promise<number> => (await stand.holdfast.fetch('/search?debug=1')).status;

/** What only stands there after something was done; the pages as they open are walked in `console-walk.test.ts`. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await page.evaluate(() => window.axe.run());
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

async function openTab({ page }: OpenedPage, tab: string): Promise<void> {
  await page.goto(`${stand.origin}/schemas/demo-shop${tab === 'coverage' ? '' : `?tab=${tab}`}`);
}

const chooser = (page: Page) => page.getByLabel('From a file', { exact: true });
const choose = async (page: Page, name: string, text: string): Promise<void> =>
  chooser(page).setInputFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(text) });

/** As a person drops a file onto the page. */
async function drop(page: Page, text: string): Promise<void> {
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'dropped.yaml', { type: 'application/yaml' }));
    return transfer;
  }, text);
  await page.locator('[data-drop]').dispatchEvent('drop', { dataTransfer: data });
}

describe.skipIf(!isPresent)('schemas in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a document with a fault is told with its line, and the line is found', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/schemas`);
    await page.getByRole('link', { name: 'demo-shop' }).click();
    await page.getByRole('tab', { name: 'Import' }).click();
    await choose(page, 'broken.yaml', FAULTY);
    const field = page.getByLabel('Document (YAML or JSON)');
    await expect.poll(async () => field.inputValue()).toBe(FAULTY);
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText('1 fault: it cannot be put in force').waitFor();
    await page.getByRole('button', { name: 'Line 9' }).click();
    const selected = await field.evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd).trim(),
    );
    expect(selected).toBe("schema: { $ref: 'other.yaml' }");
    expect(await page.getByRole('button', { name: 'Put in force' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  test('a document is dropped, tried, seen to misfit, enforced, gone back to, and removed', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await openTab(opened, 'import');
    await drop(page, DOCUMENT);
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText(/1 operations, no fault/u).waitFor();
    await page.getByText('Against what is in force: 1 added, 0 removed, 0 changed').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('Version 1 is in force, to be tried.').waitFor();
    // Tried: it records only, though the application enforces.
    await page.getByText('is recorded: the schema is only tried').waitFor();
    const isTold = async (): Promise<boolean> => {
      expect(await unknown()).toBe(200);
      await openTab(opened, 'coverage');
      await page.getByText('OpenAPI document, version 1').waitFor();
      return page.getByText('query /debug').first().isVisible();
    };
    await expect.poll(isTold, IN_FORCE).toBe(true);
    const row = page.getByRole('row', { name: /GET \/search/u }).last();
    expect(await row.innerText()).toMatch(/OpenAPI document[\s\S]*only recorded/u);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Enforce it' }).click();
    await page.getByText(/requests? of the last day did not fit and would have been refused/u).waitFor();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Enforce it' }).click();
    await page.getByText('It refuses what does not fit.').waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(400);
    expect((await stand.holdfast.fetch('/search?q=tea')).status).toBe(200);
    await openTab(opened, 'versions');
    await page.getByRole('button', { name: 'Remove the schema' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the schema' }).click();
    await page.getByText('No schema is in force.').waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(200);
    await page.getByRole('button', { name: 'Back to 1' }).click();
    await page.getByText('It is in force again, as version 2.').waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(400);
    await page.getByRole('button', { name: 'Withdraw the one in force' }).click();
    await page.getByText('No schema is in force.').last().waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(200);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  test('a file that is too large to be shown is read all the same', async () => {
    await using opened = await stand.open({ isDark: true });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await openTab(opened, 'import');
    await choose(page, 'large.yaml', `${DOCUMENT}# ${'x'.repeat(1_500_000)}`);
    await page.getByText('too many to be shown here').waitFor();
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText(/1 operations, no fault/u).waitFor({ timeout: 120_000 });
    await expectAccessible(page);
    await choose(page, 'huge.yaml', 'x'.repeat(8_388_609));
    await page.getByText('It is larger than 8 MiB.').waitFor();
    expect(complaints).toEqual([]);
  });
});
