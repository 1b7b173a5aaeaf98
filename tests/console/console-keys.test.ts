import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the page of keys is NOT tested in this run`);

interface Ring {
  readonly keys: readonly { readonly id: string; readonly purpose: string; readonly state: string }[];
  readonly rewrap: { readonly state: string };
}

/** On a machine that has other work too. */
const DONE = { timeout: 60_000 };
let stand: ConsoleStand;

const ringNow = async (): Promise<Ring> => (await stand.holdfast.cli<Ring>('key', 'status')).data;
const dataKeys = async (): Promise<Ring['keys']> => (await ringNow()).keys.filter(({ purpose }) => purpose === 'data');

describe.skipIf(!isPresent)('keys in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
    await stand.owner.confirm();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a new key takes the place of the one before, all is sealed anew, and samples open', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    const [before] = await dataKeys();
    await page.goto(`${stand.origin}/keys`);
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('status').filter({ hasText: 'There is a new key' }).waitFor();
    await expect.poll(async () => (await dataKeys()).length, DONE).toBe(2);
    await expect.poll(async () => (await dataKeys()).map(({ state }) => state), DONE).toContain('active');
    await page.getByRole('button', { name: 'Seal anew' }).click();
    await expect.poll(async () => (await ringNow()).rewrap.state, DONE).toBe('done');
    await page.getByText(/sealed anew, done/u).waitFor();
    await page.getByRole('button', { name: 'Open samples' }).click();
    await page.getByText('Every sample opens').waitFor();
    // What was sealed before opens under its new key.
    const { data } = await stand.holdfast.cli<{ data: Record<string, string> }>(
      'secret',
      'get',
      stand.secret,
      '--purpose',
      'test',
    );
    expect(data.data['value']).toHaveLength(24);
    expect((await dataKeys()).map(({ id }) => id)).toContain(before?.id);
    expect(complaints).toEqual([]);
  });

  test('what changes by the clock stands with its dates, and one click changes it now', async () => {
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/keys`);
    const table = page.getByRole('table', { name: 'Changed by the clock' });
    for (const name of ['identity', 'ledger', 'data', 'subjects', 'certificate'])
      await table.getByRole('row').filter({ hasText: name }).first().waitFor();
    await page.getByRole('button', { name: 'Change now: ledger' }).click();
    await page.getByText('There is a new ledger key').waitFor();
    const { data } = await stand.holdfast.cli<{ events: unknown[] }>('audit', 'tail', '--type', 'ledger.key.rotated');
    expect(data.events.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('no key and nothing sealed is on the page', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    await page.goto(`${stand.origin}/keys`);
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    const answers = await stand.owner.api('GET', '/keys');
    // Keys are 32 bytes: nothing that long in base64 is told.
    expect(JSON.stringify(answers.data)).not.toMatch(/[\w+/-]{43}/u);
    expect(await page.getByRole('table', { name: 'What is sealed' }).getByRole('row').count()).toBeGreaterThan(5);
  });

  // The last one: everything stops for a while.
  test('the keys are put away with a reason, and everything stops until somebody on the host brings them back', async () => {
    await using opened = await stand.open();
    const { page } = opened;
    // Without its keys the gateway has no certificate that anybody trusts.
    const answers = async (): Promise<number | 'nothing'> =>
      stand.holdfast.fetch('/').then(
        ({ status }) => status,
        () => 'nothing' as const,
      );
    expect(await answers()).toBe(200);
    await page.goto(`${stand.origin}/keys`);
    await page.getByRole('button', { name: 'Seal now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Put the keys away?' });
    await dialog.getByText('every port answers 503').waitFor();
    await dialog.getByLabel('Reason').fill('a laptop was stolen');
    await dialog.getByRole('button', { name: 'Seal now' }).click();
    await page.getByText('holdfast key unseal').waitFor();
    await expect.poll(answers, DONE).not.toBe(200);
    expect((await stand.holdfast.cli('secret', 'get', stand.secret, '--purpose', 'test')).code).not.toBe(0);
    expect((await stand.holdfast.cli('key', 'unseal')).code).toBe(0);
    await expect.poll(answers, DONE).toBe(200);
    await page.goto(`${stand.origin}/keys`);
    await page.getByText('open', { exact: true }).waitFor();
  }, 300_000);
});
