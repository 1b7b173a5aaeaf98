import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totp } from '../support/admin-browser.ts';
import { HoldfastProcess } from '../support/holdfast-process.ts';
import { OidcOp, OP_CLIENT, OP_SECRET } from '../support/oidc-op.ts';
import { startTestApplication, type TestApplication } from '../support/test-application.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: a sign-in by a provider is NOT tested with a browser in this run`);

let application: TestApplication;
let op: OidcOp;
let server: HoldfastProcess;
let browser: Browser;
let shop = '';
let admin = '';

const here = (origin: string): string => `https://localhost:${new URL(origin).port}`;
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

async function open(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium reports each answer of 4xx as an error of its own.
    const isStatus = message.text().startsWith('Failed to load resource');
    if (!isStatus && message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}

describe.skipIf(!isPresent)('a browser', () => {
  beforeAll(async () => {
    application = await startTestApplication();
    op = await OidcOp.start();
    const providers = [
      {
        id: 'corp',
        name: 'Corp',
        issuer: op.issuer,
        clientId: OP_CLIENT,
        clientSecret: 'env:OP_SECRET',
        create: true,
        emailDomains: ['*'],
        aal2: { acr: ['urn:two'] },
      },
    ];
    server = await HoldfastProcess.start({
      args: ['--to', application.url, '--login', 'required'],
      env: {
        OP_SECRET,
        HOLDFAST_IDENTITY__PROVIDERS: JSON.stringify(providers),
        HOLDFAST_ADMIN_OIDC_PROVIDER: 'corp',
        HOLDFAST_ADMIN_OIDC_SUBJECT: 'owner-at-corp',
      },
    });
    [shop, admin] = [here(server.https), here(server.admin)];
    op.register([`${shop}/.holdfast/provider/back/corp`, `${admin}/sign-in/provider/back/corp`]);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await op[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });

  test('goes to the provider and back to where it was wanted, with cookies, policies and redirects as they are', async () => {
    op.account = { sub: 'ann-at-corp', claims: {}, acr: 'urn:two' };
    const { page, complaints } = await open();
    await page.goto(`${shop}/orders?id=7`);
    await page.waitForURL('**/.holdfast/login?next=*');
    await press(page, 'Sign in with Corp');
    await page.waitForURL(`${shop}/orders?id=7`);
    // Nothing of the answer stays in what the application sees of the way there.
    expect(await page.evaluate(() => document.referrer)).not.toContain('code=');
    await page.goto(`${shop}/.holdfast/account`);
    await page.getByText('Accounts elsewhere').waitFor();
    await press(page, 'Confirm it is me');
    await press(page, 'Confirm with Corp');
    await page.getByText('For the next five minutes').waitFor();
    await press(page, 'Disconnect');
    await page.getByText('Without it you could not sign in here any more').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('has a passkey and no password after an invitation, and signs in with it', async () => {
    const { data } = await server.cli<{ link: string }>('user', 'invite', 'grace', '--app', 'app');
    const { page, complaints } = await open();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(`${shop}/.holdfast/invite#${new URL(data.link).hash.slice(1)}`);
    await press(page, 'Continue with a passkey and no password');
    await page.waitForURL('**/.holdfast/enrol/passkey');
    await press(page, 'Set up the passkey');
    const code = (await page.locator('.codes li').first().textContent()) ?? '';
    await page.getByLabel('Type one of the codes').fill(code);
    await press(page, 'I have saved them');
    await page.waitForURL(`${shop}/`);
    await page.goto(`${shop}/.holdfast/logout`);
    await press(page, 'Sign out');
    await page.goto(`${shop}/orders`);
    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${shop}/orders`);
    const shown = await server.cli<{ status: string; hasPassword: boolean }>('user', 'show', 'grace');
    expect(shown.data).toMatchObject({ status: 'active', hasPassword: false });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('sets up the first owner of an unattended start in the administration', async () => {
    op.account = { sub: 'owner-at-corp', claims: {} };
    const { page, complaints } = await open();
    await page.goto(`${admin}/sign-in`);
    await press(page, 'Sign in with Corp');
    await page.getByRole('link', { name: 'Set up an app' }).click();
    const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(/\s/gu, '');
    await page.getByLabel('Code', { exact: true }).fill(totp(secret));
    await press(page, 'Continue');
    const code = (await page.locator('.codes li').first().textContent()) ?? '';
    await page.getByLabel('Type one of the codes').fill(code);
    await press(page, 'I have saved them');
    await page.waitForURL(`${admin}/`);
    await page.goto(`${admin}/sign-in/account`);
    await page.getByText('Signed in as').waitFor();
    const { data } = await server.cli<{ admins: { role: string }[] }>('admin', 'list');
    expect(data.admins.map(({ role }) => role)).toEqual(['owner']);
    expect(complaints.filter((text) => !text.includes('Trusted'))).toEqual([]);
    await page.context().close();
  });
});
