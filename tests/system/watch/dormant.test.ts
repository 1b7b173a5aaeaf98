import type { AlertView, Page } from '@holdfast/contract';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../../../packages/server/src/platform/db/database.ts';
import { silentLog } from '../../../packages/server/src/platform/log.ts';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { createAdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const NEXT_CODE = { timeout: 120_000, interval: 500 };
const DAY_MS = 86_400_000;
const PURPOSE = 'a look of this very test';

const folder = mkdtempSync(join(tmpdir(), 'hf-dormant-'));
const dataDir = join(folder, 'data');
let server: HoldfastProcess | null = null;
const start = async (): Promise<HoldfastProcess> => {
  server = await HoldfastProcess.start({
    dataDir,
    env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0', HOLDFAST_WATCH__DORMANT: 'step-up' },
  });
  return server;
};
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Of codes that follow the clock (RFC 6238). */
const stepNow = (): number => Math.floor(Date.now() / 30_000);

/** Signs in and confirms; answers the last code that was taken. */
async function signIn(browser: AdminBrowser, after: number): Promise<number> {
  await expect.poll(stepNow, NEXT_CODE).toBeGreaterThan(after);
  await browser.go('/sign-in');
  await browser.submit('/sign-in', { name: 'root', password: PASSWORD });
  await browser.submit('/sign-in/totp', { code: totp(browser.secret) });
  const confirmed = stepNow() + 1;
  await browser.confirm();
  return confirmed;
}
const reveal = async (browser: AdminBrowser) =>
  browser.api('POST', '/secrets/demo-shop/production/API_KEY/reveal', { body: { purpose: PURPOSE } });

test('a quiet administrator is asked for every factor before a secret is given, and the alert is there by then', async () => {
  let running = await start();
  const before = new AdminBrowser(running.admin, running.ca());
  await before.enrol(readFileSync(join(running.dataDir, 'setup-link'), 'utf8').trim(), { name: 'root', password: PASSWORD });
  const enrolledAt = stepNow();
  await running.kill('SIGTERM');
  {
    await using db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    await db.query('UPDATE identity_person SET last_signed_in_at = $1', [Date.now() - 60 * DAY_MS]);
  }
  running = await start();
  using admin = await createAdminClient(running, ['alert:read']);
  const alerts = async (): Promise<readonly AlertView[]> =>
    ((await admin.call('GET', '/api/v1/alerts?detector=B8')).body as Page<AlertView>).items;
  const readSecrets = async (): Promise<string> => (await running.cli('audit', 'tail', '--type', 'secret.read')).stdout;

  const browser = new AdminBrowser(running.admin, running.ca());
  browser.secret = before.secret;
  const used = await signIn(browser, enrolledAt);
  expect(await alerts()).toEqual([]);
  const { status, body } = await reveal(browser);
  // Not polled: what is asked for before the answer is stored before it.
  const [found, ...more] = await alerts();
  expect(JSON.parse(body), body).toMatchObject({ code: 'step-up-required' });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ severity: 'high', entity: { kind: 'user' } });
  expect(found?.reason).toMatch(/without activity for (?:59|60) days .*secret:reveal/u);
  expect(await readSecrets()).not.toContain(PURPOSE);

  const again = new AdminBrowser(running.admin, running.ca());
  again.secret = before.secret;
  await signIn(again, used);
  const given = await reveal(again);
  expect(given.status, given.body).toBe(200);
  expect(await readSecrets()).toContain(PURPOSE);
}, 600_000);
