import type { AlertView, Page } from '@holdfast/contract';
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page as BrowserPage } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PAGES } from '../../packages/console/src/pages/table.ts';
import { samplePlaybook } from '../../packages/server/src/domains/incidents/playbooks/documents/sample.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { openConsoleStand, type ConsoleStand } from '../support/console-stand.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: the console is NOT tested in this run`);

const LOOKS = [
  { isDark: false, width: 1280 },
  { isDark: true, width: 1280 },
  { isDark: false, width: 320 },
  { isDark: true, width: 320 },
];

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

/** A rule of our own, and what it finds. */
const RULE = '6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01';
const FOUND = '/.env';

let stand: ConsoleStand;
let alert = '';
let incident = '';
let playbook = '';
let run = '';

/** A page that takes a name is opened with one that exists. */
const addressOf = (path: string): string => {
  const names: Readonly<Record<string, string>> = {
    '/applications/$id': '/applications/demo-shop',
    '/requests/$requestId': `/requests/${stand.requestId}`,
    '/alerts/$id': `/alerts/${alert}`,
    '/detection/$id': `/detection/${RULE}`,
    '/incidents/$id': `/incidents/${incident}`,
    '/playbooks/$id': `/playbooks/${playbook}`,
    '/runs/$id': `/runs/${run}`,
    '/people/$person': '/people/ada',
    '/policies/$id': '/policies/demo-shop',
    '/schemas/$id': '/schemas/demo-shop',
    '/service-accounts/$id': `/service-accounts/${stand.account}`,
    '/secrets/$application/$environment/$': `/secrets/${stand.secret}`,
  };
  const address = names[path] ?? path;
  if (address.includes('$')) throw new Error(`assertion: ${path} needs an example in this test`);
  return address;
};

/** What opens on a page: its tabs, and what stands beside its list. */
const opened = (): readonly string[] => [
  `/events?show=${stand.requestId}`,
  '/events?outcome=failed',
  '/patches?add=1&route=%2Fsearch&parameter=q',
  '/schemas/demo-shop?tab=versions',
  '/schemas/demo-shop?tab=import',
  '/uploads?tab=totals',
  '/uploads?tab=lists',
  '/alerts?tab=suppressed',
  '/detection?tab=behaviours',
  '/detection?tab=health',
  '/detection?tab=import',
  `/detection/${RULE}?request=${stand.requestId}`,
  '/intel?tab=indicators',
  '/intel?tab=lookup&value=198.51.100.7',
  '/playbooks?tab=runs',
  '/playbooks?tab=bring',
  `/playbooks/${playbook}?tab=settings`,
  `/playbooks/${playbook}?tab=document`,
  `/playbooks/${playbook}?tab=runs`,
  `/playbooks/${playbook}?start=simulate`,
  ...['actions', 'playbooks', 'clocks', 'parts', 'report'].map((tab) => `/incidents/${incident}?tab=${tab}`),
  '/people?invite=1',
  '/audit?index=0',
  '/settings?tab=checks',
  '/applications/demo-shop?tab=routes',
  '/applications/demo-shop?tab=files',
  '/applications/demo-shop?tab=rules',
  '/applications/demo-shop?tab=history',
  '/secrets?overdue=true',
  '/secrets?tab=calendar',
  '/secrets?tab=calendar&by=month',
  '/secrets?tab=leases',
  `/secrets/${stand.secret}?plan=1`,
  '/secrets?new=1',
  `/secrets/${stand.secret}?reveal=2`,
  `/secrets/${stand.secret}?write=1`,
  `/secrets/${stand.secret}?grant=1`,
  '/none-such',
];

/** Shown, with all that it waits for. */
async function settle(page: BrowserPage): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  // Pictures are drawn after the page.
  await page.waitForFunction(() => [...document.querySelectorAll('[role="img"]')].every((each) => each.clientHeight > 0));
}

const audit = async (page: BrowserPage): Promise<string[]> => {
  const { violations } = await page.evaluate<AxeResults>(async () =>
    window.axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
};

/** An incident, a playbook, and a run of it that waits for somebody. */
async function respond(): Promise<void> {
  await stand.owner.confirm();
  const made = async (method: string, path: string, body: unknown): Promise<string> => {
    const { status, body: text, data } = await stand.owner.api(method, path, { body });
    expect(status, `${path}: ${text}`).toBeLessThan(300);
    return String(data['id']);
  };
  incident = await made('POST', '/incidents', { title: 'Somebody asks for what is not there', application: 'demo-shop' });
  const document = samplePlaybook();
  playbook = await made('PUT', `/playbooks/${document.id}`, { document });
  const variables = { __source__: '203.0.113.5' };
  run = await made('POST', `/playbooks/${playbook}/runs`, { incident, variables, reason: 'somebody is asked' });
}

describe.skipIf(!isPresent)('every page of the console', () => {
  beforeAll(async () => {
    stand = await openConsoleStand();
    await stand.holdfast.fetch(FOUND);
    await respond();
    const alerts = async (): Promise<string[]> => {
      const { body } = await stand.owner.send('GET', '/api/v1/alerts');
      return (JSON.parse(body) as Page<AlertView>).items.map(({ id }) => id);
    };
    [alert = ''] = await vi.waitFor(
      async () => {
        const found = await alerts();
        expect(found).not.toEqual([]);
        return found;
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 300_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  test.each(LOOKS)(
    'can be used by everybody: dark $isDark, $width pixels',
    async (look) => {
      await using window = await stand.open(look);
      const { page, complaints } = window;
      await page.addInitScript({ content: axe.source });
      for (const address of [...PAGES.map(({ path }) => addressOf(path)), ...opened()]) {
        await page.goto(stand.origin + address);
        await settle(page);
        expect(await page.locator('h1').count(), address).toBe(1);
        expect(await page.title(), address).toMatch(/^.+ · Holdfast$/u);
        expect(await page.getByRole('alert').count(), `${address} shows a fault`).toBe(0);
        expect(await audit(page), address).toEqual([]);
        // WCAG 2.2 §1.4.10: at 320 CSS pixels nothing scrolls sideways.
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, `${address} is too wide`).toBe(0);
        expect(complaints, address).toEqual([]);
      }
    },
    600_000,
  );
});
