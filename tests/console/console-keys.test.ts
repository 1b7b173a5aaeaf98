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
});
