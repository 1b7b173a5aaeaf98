import type { Page as List, PlaybookDetail, PlaybookView, RunDetail } from '@holdfast/contract';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AGENT,
  END,
  samplePlaybook,
  START,
  TELL,
  uuid,
} from '../../packages/server/src/domains/incidents/playbooks/documents/sample.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: playbooks in the console are NOT tested in this run`);

const TIME = { timeout: 400_000 };
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

async function call<Answer>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Answer> {
  const { status, body: text, data } = await stand.owner.api(method, path, { body });
  expect(status, `${path}: ${text}`).toBeLessThan(300);
  // The caller names what the route answers with.
  return data as Answer;
}

/** A confirmation holds for five minutes, and is asked for anew only when they are over: half of them are enough for a test. */
const ENOUGH_MS = 150_000;
let confirmedAt = 0;
async function confirm(): Promise<void> {
  if (Date.now() - confirmedAt < ENOUGH_MS) return;
  const isOffered = async (): Promise<boolean> => (await stand.owner.go('/sign-in/account')).body.includes('Confirm it is me');
  await expect.poll(isOffered, { timeout: 200_000, interval: 1000 }).toBe(true);
  await stand.owner.confirm();
  confirmedAt = Date.now();
}

/** One that nobody starts by itself, and that asks a person. */
const documentOf = (number: number, name: string) => samplePlaybook({ id: `playbook--${uuid(number)}`, name });
async function bring(number: number, name: string): Promise<PlaybookDetail> {
  await confirm();
  return call('PUT', `/playbooks/playbook--${uuid(number)}`, { document: documentOf(number, name) });
}

const settle = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
};

describe.skipIf(!isPresent)('playbooks in the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test('a document is judged while it is typed, line by line, and is kept when it is right', TIME, async () => {
    await confirm();
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/playbooks?tab=bring`);
    const text = page.getByLabel('CACAO 2.0 document (JSON)');
    const keep = page.getByRole('button', { name: 'Keep it' });
    await text.fill('{"type": ');
    await page.getByText('This is not JSON yet.').waitFor();
    expect(await keep.isDisabled()).toBe(true);
    const right = JSON.stringify(documentOf(201, 'Typed by hand'), null, 2);
    const wrong = right.replace('"on_true": "action--', '"on_true": "actoin--');
    expect(wrong).not.toBe(right);
    await text.fill(wrong);
    const line = wrong.split('\n').findIndex((each) => each.includes('actoin--')) + 1;
    await page
      .getByRole('button', { name: `Line ${line}`, exact: true })
      .first()
      .waitFor();
    expect(await keep.isDisabled()).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await page
      .getByRole('button', { name: `Line ${line}`, exact: true })
      .first()
      .click();
    const selected = await text.evaluate((field: HTMLTextAreaElement) =>
      field.value.slice(field.selectionStart, field.selectionEnd),
    );
    expect(selected).toContain('actoin--');
    await text.fill(right);
    await page.getByText('It can be kept').waitFor();
    await page.getByRole('img', { name: '6 steps' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await keep.click();
    await page.getByRole('heading', { name: 'Typed by hand' }).waitFor();
    const { items } = await call<List<PlaybookView>>('GET', '/playbooks?limit=200');
    expect(items.map(({ name }) => name)).toContain('Typed by hand');
    expect(complaints).toEqual([]);
  });

  test('the flow is drawn, and its list leads a keyboard to every step', TIME, async () => {
    const { id } = await bring(202, 'Walked by keyboard');
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.goto(`${stand.origin}/playbooks/${id}`);
    await settle(page);
    expect(await page.locator('svg [data-step]').count()).toBe(6);
    await page.getByRole('group', { name: 'List of the steps' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'The step' });
    await details.getByText('__hits__:value > 3').waitFor();
    expect(new URL(page.url()).searchParams.get('step')).toBe(`if-condition--${uuid(2)}`);
    // The picture leads there too, for whoever has a pointer.
    await page.locator(`svg [data-step="action--${uuid(4)}"]`).click();
    await details.getByText('Somebody does it').waitFor();
    expect(complaints).toEqual([]);
  });

  test('two hundred steps are drawn whole, and the picture is made larger and smaller', TIME, async () => {
    const tell = samplePlaybook().workflow[TELL];
    const ids = Array.from({ length: 198 }, (_, at) => `action--${uuid(1000 + at)}`);
    const steps = ids.map((each, at) => [each, { ...tell, name: `ask ${at}`, on_completion: ids[at + 1] ?? END }]);
    const workflow = { [START]: { type: 'start', on_completion: ids[0] }, ...Object.fromEntries(steps), [END]: { type: 'end' } };
    const id = `playbook--${uuid(207)}`;
    await confirm();
    await call('PUT', `/playbooks/${id}`, { document: samplePlaybook({ id, name: 'Long', workflow }) });
    await using opened = await stand.open({ isDark: true });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/playbooks/${id}`);
    const picture = page.getByRole('img', { name: '200 steps' });
    await picture.waitFor();
    expect(await page.locator('svg [data-step]').count()).toBe(200);
    expect(await faultsOf(page)).toEqual([]);
    const width = async (): Promise<number> => Number(await picture.getAttribute('width'));
    const before = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    await expect.poll(width).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'All of it' }).click();
    await expect.poll(width).toBeLessThan(before);
    // Whoever chooses a step far below sees it.
    await page.getByRole('button', { name: 'Larger' }).click();
    await page.getByRole('button', { name: /^ask 190 / }).click();
    await expect
      .poll(async () => page.getByRole('group', { name: 'Picture of the steps' }).evaluate(({ scrollTop }) => scrollTop))
      .toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('what starts it is set, it is switched off and on again, removed and brought back', TIME, async () => {
    const { id } = await bring(203, 'Set and switched');
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    const shown = async () => call<PlaybookDetail>('GET', `/playbooks/${id}`);
    await page.goto(`${stand.origin}/playbooks/${id}?tab=settings`);
    await page.getByRole('button', { name: 'Add a trigger' }).click();
    await page.getByLabel('What', { exact: true }).selectOption('schedule');
    await page.getByLabel('When', { exact: true }).fill('*/5 * * * 1-5');
    expect(await faultsOf(page)).toEqual([]);
    const triggers = page.getByRole('region', { name: 'What starts it' });
    await triggers.getByLabel('Reason').fill('every five minutes of a week');
    await triggers.getByRole('button', { name: 'Set the triggers' }).click();
    await page.getByText('The triggers are set.').waitFor();
    expect((await shown()).triggers).toEqual([{ kind: 'schedule', cron: '*/5 * * * 1-5' }]);

    const actions = page.getByRole('region', { name: 'What to do' });
    const isOn = (await shown()).isOn;
    await actions.getByLabel('Reason').fill('this very test');
    await actions.getByRole('button', { name: isOn ? 'Switch off' : 'Switch on' }).click();
    await page.getByText(isOn ? 'is off: it starts no more.' : 'Set and switched is on.').waitFor();
    expect((await shown()).isOn).toBe(!isOn);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('Undone.').waitFor();
    expect((await shown()).isOn).toBe(isOn);

    await actions.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Set and switched is removed.').waitFor();
    expect((await stand.owner.api('GET', `/playbooks/${id}`)).status).toBe(404);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(async () => (await stand.owner.api('GET', `/playbooks/${id}`)).status).toBe(200);
    expect((await shown()).triggers).toEqual([{ kind: 'schedule', cron: '*/5 * * * 1-5' }]);
    expect(complaints).toEqual([]);
  });

  test('a simulation does nothing and says so; a run waits for a person and goes on when it is answered', TIME, async () => {
    const { id } = await bring(204, 'Run and answered');
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    const fill = async (verb: 'Simulate' | 'Start'): Promise<void> => {
      await page.goto(`${stand.origin}/playbooks/${id}`);
      await page.getByRole('button', { name: verb, exact: true }).click();
      const form = page.getByRole('dialog', { name: `${verb}: Run and answered` });
      await form.getByLabel('__source__').fill('203.0.113.99');
      await form.getByLabel('Reason').fill('this very test');
      expect(await faultsOf(page)).toEqual([]);
      await form.getByRole('button', { name: verb, exact: true }).click();
      await page.waitForURL('**/runs/*');
    };
    await fill('Simulate');
    await page.getByText('Nothing was done: each step says what it would have done.').waitFor();
    await page.getByText('Completed').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await fill('Start');
    const asked = page.getByRole('region', { name: 'Waits for somebody: tell' });
    await asked.getByText('Call whoever owns 203.0.113.99.').waitFor();
    expect(await page.locator(`svg [data-step="action--${uuid(4)}"]`).textContent()).toContain('?');
    expect(await faultsOf(page)).toEqual([]);
    // The browser asks for the reason before anything is sent.
    await asked.getByRole('button', { name: 'Mark as done' }).click();
    await asked.getByLabel('Reason').fill('they know now');
    await asked.getByRole('button', { name: 'Mark as done' }).click();
    await page.getByText('Completed').first().waitFor();
    const run = await call<RunDetail>('GET', new URL(page.url()).pathname);
    expect(run).toMatchObject({ state: 'completed', isSimulation: false, waiting: 0 });

    await fill('Start');
    await asked.waitFor();
    const stop = page.getByRole('region', { name: 'Stop it' });
    await stop.getByLabel('Reason').fill('once is enough');
    await stop.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The run is stopped.').waitFor();
    expect(await call<RunDetail>('GET', new URL(page.url()).pathname)).toMatchObject({ state: 'cancelled' });
    await page.goto(`${stand.origin}/playbooks/${id}?tab=runs`);
    await settle(page);
    expect(await page.getByRole('row').count()).toBe(4);
    expect(complaints).toEqual([]);
  });

  test('what a step asks for besides is typed beside its answer, and checked', TIME, async () => {
    await confirm();
    const sample = documentOf(206, 'Asks for a ticket');
    const asks = { ...sample.workflow[TELL], out_args: ['__ticket__'] };
    const known = { __ticket__: { type: 'integer', value: '0', description: 'Number of the ticket.' } };
    const document = {
      ...sample,
      workflow: { ...sample.workflow, [TELL]: asks },
      playbook_variables: {
        __source__: { type: 'ipv4-addr', external: true },
        __hits__: { type: 'integer', value: '0' },
        ...known,
      },
    };
    await call('PUT', `/playbooks/${sample.id}`, { document });
    const variables = { __source__: '203.0.113.98' };
    const run = await call<RunDetail>('POST', `/playbooks/${sample.id}/runs`, { variables, reason: 'this very test' });
    await using opened = await stand.open();
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    await page.goto(`${stand.origin}/runs/${run.id}`);
    const asked = page.getByRole('region', { name: 'Waits for somebody: tell' });
    const ticket = asked.getByLabel('__ticket__');
    await asked.getByText('Number of the ticket.').waitFor();
    await ticket.fill('soon');
    await asked.getByLabel('Reason').fill('they know now');
    await asked.getByRole('button', { name: 'Mark as done' }).click();
    // Refused beside the field that is wrong, and nothing of what was typed is lost.
    await expect.poll(() => ticket.getAttribute('aria-invalid'), { timeout: 60_000 }).toBe('true');
    expect(await faultsOf(page)).toEqual([]);
    expect([await ticket.inputValue(), await asked.getByLabel('Reason').inputValue()]).toEqual(['soon', 'they know now']);
    expect(await call<RunDetail>('GET', `/runs/${run.id}`)).toMatchObject({ state: 'waiting', waiting: 1 });
    await ticket.fill('4711');
    await asked.getByRole('button', { name: 'Mark as done' }).click();
    await page.getByText('Completed').first().waitFor();
    const over = await call<RunDetail>('GET', `/runs/${run.id}`);
    expect(over.state).toBe('completed');
    expect(over.variables).toContainEqual({ name: '__ticket__', value: '4711' });
    expect(complaints).toEqual([]);
  });

  test(
    'an action that needs somebody is shown with whom it would touch, and goes the other way when it is refused',
    TIME,
    async () => {
      const cut = `action--${uuid(9)}`;
      const content = JSON.stringify({
        action: 'quarantine-route',
        parameters: { application: 'demo-shop', route: '/nobody-asks-here' },
        reason: 'asked by a playbook',
      });
      const command = {
        type: 'http-api',
        command: 'POST /api/v1/actions HTTP/1.1',
        headers: { 'content-type': ['application/json'] },
        content,
      };
      const tell = samplePlaybook().workflow[TELL];
      const workflow = {
        [START]: { type: 'start', on_completion: cut },
        [cut]: { type: 'action', name: 'cut off', commands: [command], agent: AGENT, on_success: END, on_failure: TELL },
        [TELL]: { ...tell, on_completion: END },
        [END]: { type: 'end' },
      };
      const id = `playbook--${uuid(206)}`;
      await confirm();
      await call('PUT', `/playbooks/${id}`, { document: samplePlaybook({ id, name: 'Asked first', workflow }) });
      const run = await call<RunDetail>('POST', `/playbooks/${id}/runs`, {
        variables: { __source__: '203.0.113.5' },
        reason: 'this very test',
      });
      await using opened = await stand.open();
      const { page, complaints } = opened;
      await page.addInitScript({ content: axe.source });
      await page.goto(`${stand.origin}/runs/${run.id}`);
      const asked = page.getByRole('region', { name: 'Waits for somebody: cut off' });
      await asked.getByText('0 of 1').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await asked.getByLabel('Reason').fill('nobody asks there');
      await asked.getByRole('button', { name: 'Refuse' }).click();
      await page.getByRole('region', { name: 'Waits for somebody: tell' }).waitFor();
      expect(await page.locator(`svg [data-step="${cut}"]`).textContent()).toContain('✕');
      expect(complaints).toEqual([]);
    },
  );

  test('all of it fits a narrow dark screen, with nothing for axe to find', TIME, async () => {
    const { id } = await bring(205, 'Narrow');
    const run = await call<RunDetail>('POST', `/playbooks/${id}/runs`, {
      variables: { __source__: '203.0.113.5' },
      reason: 'this very test',
    });
    await using opened = await stand.open({ isDark: true, width: 320 });
    const { page, complaints } = opened;
    await page.addInitScript({ content: axe.source });
    const parts = ['', '?tab=settings', '?tab=document', '?tab=runs', '?start=run', '?start=simulate'];
    const addresses = [
      '/playbooks',
      '/playbooks?tab=runs',
      '/playbooks?tab=bring',
      ...parts.map((part) => `/playbooks/${id}${part}`),
      `/runs/${run.id}`,
    ];
    for (const address of addresses) {
      await page.goto(stand.origin + address);
      await settle(page);
      expect(await faultsOf(page), address).toEqual([]);
      // WCAG 2.2 §1.4.10: at 320 CSS pixels nothing scrolls sideways.
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${address} is too wide`).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});
