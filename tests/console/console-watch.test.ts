import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the watch in the console is NOT tested in this run`);

const TIME = { timeout: 180_000 };
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

const RULE = `title: Somebody asks for the page about tea
id: 5c9c1f60-0f0d-4b53-9d0a-0d1f6c5f7a11
logsource:
  category: webserver
detection:
  selection:
    cs-uri-stem|contains: '/green-tea-of-the-test'
  condition: selection
level: high
`;

describe.skipIf(!isPresent)('the watch in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test(
    'a rule is brought, finds a request, and its alert is looked at, closed with a verdict and opened again',
    TIME,
    async () => {
      await using opened = await stand.open();
      const { page, complaints } = opened;
      await page.addInitScript({ content: axe.source });
      await page.goto(`${stand.origin}/detection?tab=import`);
      await page.getByLabel('Sigma documents (YAML)').fill(RULE);
      await page.getByLabel('New rules are').selectOption('on');
      await page.getByRole('button', { name: 'Read it' }).click();
      await page.getByText('1 rule, 0 correlations, 0 filters').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Take it' }).click();
      await page.getByText('1 new, 0 changed.').waitFor();

      // Asked again until the rule is in force: the alert of the first that it sees is the one.
      await expect
        .poll(
          async () => {
            await stand.holdfast.fetch('/green-tea-of-the-test');
            const { data } = await stand.holdfast.cli<{ alerts: { title: string }[] }>('alert', 'list');
            return data.alerts.map(({ title }) => title);
          },
          { timeout: 60_000, interval: 500 },
        )
        .toContain('Somebody asks for the page about tea');
      await page.goto(`${stand.origin}/alerts`);
      await page.getByRole('link', { name: 'Somebody asks for the page about tea' }).first().click();
      await page.getByRole('heading', { name: 'What happened' }).waitFor();
      await page.getByText('/green-tea-of-the-test').first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Look at it' }).click();
      await page.getByText('Being looked at').first().waitFor();
      await page.getByRole('button', { name: 'Close', exact: true }).first().click();
      const form = page.getByRole('dialog', { name: 'Close the alert' });
      await form.getByLabel('What it was').selectOption('benign');
      await form.getByLabel('Reason').fill('this very test');
      await form.getByRole('button', { name: 'Close', exact: true }).last().click();
      await page.getByText('True, and meant to be').waitFor();
      await page.getByRole('button', { name: 'Open again' }).click();
      await page.getByText('The alert is open again.').waitFor();
      expect(complaints).toEqual([]);
    },
  );

  test('a rule is switched off with a reason, and that is undone', TIME, async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/detection?origin=own&state=on`);
    await page.getByRole('table', { name: 'Sigma rules' }).getByRole('link').first().click();
    const off = page.getByRole('button', { name: 'Off', exact: true });
    expect(await off.isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('seen too often in this test');
    await off.click();
    await page.getByText('The rule is: off.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByRole('button', { name: 'Off', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a behaviour is set, and what is no number is not taken', TIME, async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/detection?tab=behaviours`);
    await page
      .getByRole('button', { name: /^Set: / })
      .first()
      .click();
    const form = page.getByRole('dialog');
    const threshold = form.locator('input[inputmode="decimal"]').first();
    await threshold.fill('many');
    expect(await form.getByRole('button', { name: 'Set', exact: true }).isDisabled()).toBe(true);
    await threshold.fill('25');
    await form.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText(/ is set\.$/u).waitFor();
  });

  test('an entry of our own is found by a look-up, and an own address is refused', TIME, async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/intel`);
    await page.getByRole('button', { name: 'Add an entry' }).click();
    const form = page.getByRole('dialog', { name: 'Add an entry' });
    await form.getByLabel('Entry').fill('127.0.0.1');
    await form.getByLabel('Reason').fill('a mistake of the test');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(async () => form.getByLabel('Entry').getAttribute('aria-invalid')).toBe('true');
    await form.getByLabel('Entry').fill('198.51.100.0/24');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('198.51.100.0/24 is watched for.').waitFor();
    await page.goto(`${stand.origin}/intel?tab=lookup&value=198.51.100.7`);
    await page.getByText('Listed once').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  test('a channel is added, tested and removed', TIME, async () => {
    await stand.owner.confirm();
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/channels`);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    const form = page.getByRole('dialog', { name: 'Add a channel' });
    await form.getByLabel('Name').fill('lines');
    await form.getByLabel('Kind').selectOption('webhook');
    expect(await faultsOf(page)).toEqual([]);
    await form.getByLabel('Kind').selectOption('file');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('lines is told from now on.').waitFor();
    await page.getByRole('button', { name: 'Test: lines' }).click();
    await page.getByText(/^Sent in /u).waitFor();
    await page.getByRole('button', { name: 'Remove: lines' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('lines is removed.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('whether the watch works is told with what was planted', TIME, async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/detection?tab=health`);
    await page.getByText('Everything is watched').waitFor();
    await page.getByRole('table', { name: 'Planted events' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
