import type { ActionView, IncidentDetail } from '@holdfast/contract';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totp } from '../support/admin-browser.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the pages of responding are NOT tested in this run`);

const SOON = { timeout: 60_000, interval: 300 };
const TIMEOUT_MS = 300_000;
const CUT = '/about-this-shop';
const LESSON = 'ask for a second person at night as well';

let stand: ConsoleStand;
/** Steps of the authenticator that were used: no code is taken twice. */
let steps = 0;

const statusOf = async (path: string): Promise<number> => (await stand.holdfast.fetch(path)).status;
const cli = async <Data>(...words: string[]): Promise<Data> => {
  const { code, data, stderr } = await stand.holdfast.cli<Data>(...words);
  expect([0, 1], stderr).toContain(code);
  return data;
};

/** Whoever decides for others confirms who they are, and finishes where they began. */
async function confirm(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: 'Confirm and come back' }).click();
  steps += 1;
  await page.getByLabel('Code', { exact: true }).fill(totp(stand.owner.secret, steps));
  await page.getByRole('button', { name: 'Continue' }).click();
  const finish = page.getByRole('dialog', { name: 'Thank you, it is you' });
  await finish.waitFor();
  await finish.getByRole('button', { name: button }).click();
}

describe.skipIf(!isPresent)('responding in the console', { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('what one person asked for is done when another agrees, and is let go by one click after its checks', async () => {
    const opened = await cli<IncidentDetail>('incident', 'open', 'The page about the shop was changed', '--app', 'demo-shop');
    await using shown = await stand.open();
    const { page, complaints } = shown;
    const asked = await stand.holdfast.cli<ActionView>(
      'isolate',
      'demo-shop',
      '--route',
      CUT,
      '--incident',
      opened.id,
      '--reason',
      'it shows words that are not ours',
    );
    expect(asked.stderr + asked.stdout).toContain('wait');
    expect(await statusOf(CUT)).toBe(200);

    await page.goto(`${stand.origin}/incidents/${opened.id}?tab=actions`);
    await page.getByRole('button', { name: 'Agree' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('seen it too');
    await page.getByRole('dialog').getByRole('button', { name: 'Agree', exact: true }).click();
    await confirm(page, 'Agree to it');
    await expect.poll(async () => statusOf(CUT), SOON).toBe(503);
    expect(await statusOf('/'), 'everything else goes on').toBe(200);
    await page.getByText('In force').first().waitFor();

    await page.goto(`${stand.origin}/`);
    const told = page.getByRole('region', { name: 'Cut off' });
    await told.getByText(`demo-shop: ${CUT}`).waitFor();
    await told.getByRole('link', { name: 'Isolation' }).waitFor();
    await page.goto(`${stand.origin}/isolation`);
    const card = page.getByRole('region', { name: `demo-shop: ${CUT}` });
    await card.getByText('it shows words that are not ours').waitFor();
    await card.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('the page is as it was');
    await page.getByRole('dialog').getByRole('button', { name: 'Release', exact: true }).click();
    const held = page.getByRole('checkbox', { name: 'Release it all the same' });
    const gone = page.getByText('Nothing is cut off');
    await held.or(gone).first().waitFor();
    if (await held.isVisible()) {
      await held.check();
      await page.getByRole('dialog').getByRole('button', { name: 'Release', exact: true }).click();
    }
    await gone.waitFor();
    await expect.poll(async () => statusOf(CUT), SOON).toBe(200);
    expect(complaints).toEqual([]);
    // The session goes on under another token: the next window must know it.
    for (const { name, value } of await shown.context.cookies(stand.origin)) stand.owner.cookies.set(name, value);
  });

  test('an incident goes through its phases to a report, with what was learned as tasks', async () => {
    const { id } = await cli<IncidentDetail>('incident', 'open', 'A drill of the night', '--drill');
    await using shown = await stand.open();
    const { page, complaints } = shown;
    await page.goto(`${stand.origin}/incidents/${id}`);
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByText('The incident is changed.').waitFor();
    await page.getByLabel('Note').fill('called the night shift');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('called the night shift').waitFor();

    await page.getByRole('button', { name: 'On to: Triage' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To', { exact: true }).selectOption('closed');
    await dialog.getByLabel('What was learned').fill(LESSON);
    await dialog.getByLabel('Reason').fill('the drill is over');
    await dialog.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Open again' }).waitFor();
    await page.getByRole('tab', { name: 'Tasks and files' }).click();
    await page.getByText(LESSON).waitFor();
    await page.getByRole('tab', { name: 'Report' }).click();
    await page.getByRole('button', { name: 'Make the report' }).click();
    await page.locator('pre', { hasText: LESSON }).waitFor();
    expect(await cli<IncidentDetail>('incident', 'show', id)).toMatchObject({ phase: 'closed', isDrill: true });
    expect(complaints).toEqual([]);
  });
});
