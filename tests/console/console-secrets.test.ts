import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totp } from '../support/admin-browser.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand, type OpenedPage } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the pages of secrets are NOT tested in this run`);

interface Value {
  readonly data: Readonly<Record<string, string>>;
}

let stand: ConsoleStand;
/** Steps of the authenticator that were used: no code is taken twice. */
let steps = 0;

/** What the host's operator reads: without a session there is nobody to confirm anything. */
async function valueNow(): Promise<string> {
  const { data } = await stand.holdfast.cli<Value>('secret', 'get', stand.secret, '--purpose', 'test');
  return data.data['value'] ?? '';
}

/** On the page of the sign-in, then back where it came from. */
async function confirmIdentity(page: Page): Promise<void> {
  steps += 1;
  await page.getByLabel('Code', { exact: true }).fill(totp(stand.owner.secret, steps));
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** The session goes on under another token: the next window must know it. */
async function keepSession({ context }: OpenedPage): Promise<void> {
  for (const { name, value } of await context.cookies(stand.origin)) stand.owner.cookies.set(name, value);
}

/** Everything that outlives the page, and its address. */
const leftBehind = async (page: Page): Promise<string> =>
  page.evaluate(() =>
    JSON.stringify([location.href, Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
  );

describe.skipIf(!isPresent)('secrets in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a value is shown after its reader confirmed who they are and said what for, and is gone with another tab', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const value = await valueNow();
    expect(value).toHaveLength(24);
    await page.goto(`${stand.origin}/secrets/${stand.secret}`);
    const panel = page.getByRole('region', { name: 'Value' });
    await panel.getByRole('button', { name: 'Reveal' }).click();
    await page.getByLabel('What for').fill('incident 42');
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click();
    await page.getByRole('button', { name: 'Confirm and come back' }).click();
    await confirmIdentity(page);
    const finish = page.getByRole('dialog', { name: 'Thank you, it is you' });
    await finish.waitFor();
    // Coming back alone gives nothing.
    expect(await page.content()).not.toContain(value);
    await finish.getByRole('button', { name: 'Reveal payment/api-key' }).click();
    await page.getByText('Hidden again in').waitFor();
    // It can be copied without being seen.
    expect(await page.content()).not.toContain(value);
    await page.getByRole('button', { name: 'Show value' }).click();
    await page.getByText(value, { exact: true }).waitFor();
    expect(await leftBehind(page)).not.toContain(value);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.getByText('Hidden again in').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(value);
    expect(complaints).toEqual([]);
    await keepSession(opened);
  });

  test('a value is forgotten by itself after half a minute', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.clock.install();
    await page.goto(`${stand.origin}/secrets/${stand.secret}?reveal=2`);
    await page.getByLabel('What for').fill('incident 42');
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click();
    await page.getByText('Hidden again in').waitFor();
    await page.clock.runFor(29_000);
    expect(await page.getByText('Hidden again in').count()).toBe(1);
    await page.clock.runFor(2_000);
    await page.getByText('Hidden again in').waitFor({ state: 'detached' });
  });

  test('a new value is typed unseen and given from then on; what was before comes back as a version of its own', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const before = await valueNow();
    await page.goto(`${stand.origin}/secrets/${stand.secret}`);
    await page.getByRole('button', { name: 'New version' }).click();
    const dialog = page.getByRole('dialog', { name: /^New version of/u });
    const field = dialog.getByLabel('Value', { exact: true });
    expect(await field.getAttribute('type')).toBe('password');
    await field.fill('typed by hand');
    await dialog.getByLabel('Reason').fill('the old one stood in a chat');
    await dialog.getByRole('button', { name: 'Write it' }).click();
    await page.getByRole('status').filter({ hasText: 'given as version 3' }).waitFor();
    expect(await valueNow()).toBe('typed by hand');
    expect(await leftBehind(page)).not.toContain('typed by hand');

    await page.getByRole('button', { name: 'Compare version 2 with the current one' }).click();
    const compared = page.getByRole('dialog', { name: 'From version 2 to version 3' });
    await compared.getByRole('row').filter({ hasText: 'value' }).filter({ hasText: 'changed' }).waitFor();
    expect(await page.content()).not.toContain(before);
    await compared.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Go back to version 2' }).click();
    const back = page.getByRole('dialog', { name: 'Go back to version 2' });
    await back.getByLabel('Reason').fill('the new one is refused');
    await back.getByRole('button', { name: 'Go back' }).click();
    await page.getByText('same as version 2').waitFor();
    expect(await valueNow()).toBe(before);

    // Hidden, brought back with one click, destroyed only after somebody said so twice.
    await page.getByRole('button', { name: 'Delete version 3' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone.').waitFor();
    await page.getByRole('button', { name: 'Destroy version 3' }).click();
    const destroy = page.getByRole('dialog', { name: 'Destroy version 3?' });
    expect(await destroy.getByRole('button', { name: 'Destroy', exact: true }).isEnabled()).toBe(false);
    await destroy.getByLabel('Nobody needs this value any more').check();
    await destroy.getByRole('button', { name: 'Destroy', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'destroyed' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a program may read it once somebody lets it, for what was said, and no more when that is taken back', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/secrets/${stand.secret}`);
    const readers = page.getByRole('table', { name: 'Who may' });
    await readers.getByRole('cell', { name: 'ada' }).waitFor();
    expect(await readers.getByRole('cell', { name: stand.account }).count()).toBe(0);
    await page.getByRole('button', { name: 'Let somebody read it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Its name').fill(stand.account);
    await dialog.getByLabel('Only for (optional)').fill('deploy');
    await dialog.getByRole('button', { name: 'Let read' }).click();
    const grants = page.getByRole('table', { name: 'Grants for this secret' });
    await grants.getByRole('row').filter({ hasText: stand.account }).filter({ hasText: 'deploy' }).waitFor();
    await grants.getByRole('button', { name: `Revoke what was granted to ${stand.account}` }).click();
    await grants.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('it changes by itself once somebody says how: tried first, then rotated while its page shows the steps', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const before = await valueNow();
    await page.goto(`${stand.origin}/secrets/${stand.secret}`);
    const panel = page.getByRole('region', { name: 'Rotation', exact: true });
    await panel.getByRole('button', { name: 'Set it up' }).click();
    const dialog = page.getByRole('dialog', { name: /^Rotation of/u });
    await dialog.getByLabel('What changes').selectOption('random');
    await dialog.getByLabel('Every so many days').fill('14');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('every 14 days').waitFor();
    await panel.getByRole('button', { name: 'Try it' }).click();
    await panel.getByRole('cell', { name: 'would have worked' }).waitFor();
    expect(await valueNow()).toBe(before);
    await panel.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const steps = panel.getByRole('region', { name: 'The rotation that goes on' });
    await steps.locator('[aria-current="step"]').filter({ hasText: 'Both are good' }).waitFor();
    expect(await valueNow()).not.toBe(before);
    await page.goto(`${stand.origin}/secrets?tab=calendar`);
    await page.getByRole('row').filter({ hasText: 'payment/api-key' }).filter({ hasText: 'by itself' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('what is typed while the confirmation ran out waits in the tab, and lies nowhere on the disk', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/secrets?new=1`);
    const dialog = page.getByRole('dialog', { name: 'New secret' });
    await dialog.getByLabel('Name', { exact: true }).fill('LATE');
    await dialog.getByLabel('Value', { exact: true }).fill('typed too slowly');
    // The API asks again, as it does after five minutes.
    await page.route('**/LATE/versions', async (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ code: 'step-up-required' }) }),
    );
    await dialog.getByRole('button', { name: 'Write it' }).click();
    const ask = page.getByRole('dialog', { name: 'Confirm that it is you' });
    expect(await ask.getByRole('link', { name: 'Confirm in a new tab' }).getAttribute('target')).toBe('_blank');
    expect(await leftBehind(page)).not.toContain('typed too slowly');
    await ask.getByRole('button', { name: 'Write LATE' }).click();
    await page.getByRole('status').filter({ hasText: 'It was not done' }).waitFor();
    await page.unroute('**/LATE/versions');
    await ask.getByRole('button', { name: 'Write LATE' }).click();
    await page.waitForURL('**/secrets/demo-shop/production/LATE');
    await page.getByRole('heading', { level: 1, name: 'LATE' }).waitFor();
  });
});
