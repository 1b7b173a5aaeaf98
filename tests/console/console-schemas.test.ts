import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: schemas in the console are NOT tested in this run`);

const IN_FORCE = { timeout: 60_000 };
/** One route of the demo shop. */
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'shop', version: '1' },
  paths: { '/search': { get: { parameters: [{ name: 'q', in: 'query', schema: { type: 'string', maxLength: 512 } }] } } },
};

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

let stand: ConsoleStand;

describe.skipIf(!isPresent)('schemas in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a document is read, put in force, seen in the coverage, and withdrawn', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const unknown = async (): Promise<number> => (await stand.holdfast.fetch('/search?debug=1')).status;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/schemas`);
    await page.getByRole('link', { name: 'demo-shop' }).click();
    await page.getByRole('tab', { name: 'Import' }).click();
    const field = page.getByLabel('Document (JSON)');
    await field.fill(JSON.stringify({ ...DOCUMENT, openapi: '2.0' }));
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText('must be a version 3.0 or 3.1').waitFor();
    expect(await page.getByRole('button', { name: 'Put in force' }).isDisabled()).toBe(true);
    await field.fill(JSON.stringify(DOCUMENT));
    await page.getByRole('button', { name: 'Read it' }).click();
    await page.getByText(/operations, no fault/u).waitFor();
    // What only stands there after a document was read; the rest of the page is walked in `console-walk.test.ts`.
    const { violations } = await page.evaluate(() => window.axe.run());
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
    expect(await unknown()).toBe(200);
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('Version 1 is in force.').waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(400);
    expect((await stand.holdfast.fetch('/search?q=tea')).status).toBe(200);
    const isTold = async (): Promise<boolean> => {
      await page.goto(`${stand.origin}/schemas/demo-shop`);
      await page.getByText('OpenAPI document, version 1').waitFor();
      return page.getByText('query /debug').first().isVisible();
    };
    await expect.poll(isTold, IN_FORCE).toBe(true);
    await page.goto(`${stand.origin}/schemas/demo-shop?tab=versions`);
    await page.getByRole('button', { name: 'Withdraw the one in force' }).click();
    await page.getByText('What was in force before is again.').waitFor();
    await expect.poll(unknown, IN_FORCE).toBe(200);
    expect(complaints).toEqual([]);
  });
});
