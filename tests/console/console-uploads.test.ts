import { existsSync } from 'node:fs';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';
import { FORM, form } from '../support/upload-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the console is NOT tested in this run`);

/** In two halves, so that no scanner takes this file for the sample. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const NAME = 'minutes-of-march.txt';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

const faultsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await page.evaluate<AxeResults>(async () => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`));
};

describe.skipIf(!isPresent)('the page of uploads', { timeout: 180_000 }, () => {
  let stand: ConsoleStand;
  beforeAll(async () => {
    stand = await openConsoleStand();
    const sent = await stand.holdfast.fetch('/files', {
      method: 'POST',
      headers: { 'content-type': FORM, accept: 'application/json' },
      body: form([{ name: 'file', fileName: NAME, type: 'text/plain', bytes: Buffer.from(EICAR) }]),
    });
    expect(sent.status).toBe(422);
  }, 240_000);
  afterAll(async () => stand[Symbol.asyncDispose]());

  test('shows what was kept and why, and deletes it for good after asking', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript(axe.source);
    await page.goto(`${stand.origin}/uploads`);
    await page.getByRole('link', { name: NAME }).click();
    const drawer = page.getByRole('dialog', { name: NAME });
    await drawer.getByText('A scanner named it malware, or its hash is listed.').waitFor();
    await drawer.getByText('eicar_test_file').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await drawer.getByRole('button', { name: 'Release' }).count()).toBe(0);
    expect(await drawer.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await drawer.getByLabel('Reason').fill('confirmed malware');
    await drawer.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('name forgotten').waitFor();
    const { data } = await stand.holdfast.cli<{ uploads: { state: string; reason: string }[] }>('upload', 'list');
    expect(data.uploads).toMatchObject([{ state: 'deleted', reason: 'confirmed malware' }]);
    expect(complaints).toEqual([]);
  });

  test('blocks a hash, shows who scans, and says so in words', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript(axe.source);
    await page.goto(`${stand.origin}/uploads?tab=totals`);
    await page.getByRole('cell', { name: 'YARA rules' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${stand.origin}/uploads?tab=lists`);
    await page.getByRole('button', { name: 'Block a hash' }).click();
    const dialog = page.getByRole('dialog', { name: 'Block a hash' });
    await dialog.getByLabel('SHA-256 of the file').fill('ab'.repeat(32));
    await dialog.getByLabel('Reason').fill('seen in a campaign');
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByText('seen in a campaign').waitFor();
    expect(complaints).toEqual([]);
  });
});
