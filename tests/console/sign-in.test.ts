import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totpCode, totpStep } from '../../packages/server/src/domains/identity/people/totp.ts';
import { openSignInStand, type SignInStand } from '../support/sign-in-stand.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.ts';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) process.emitWarning(`${CHROMIUM} not found: signing in with a browser is NOT tested in this run`);

const PASSWORD = 'vier blaue Fahrräder im Regen';
const STEP_MS = 30_000;
const screenshots = mkdtempSync(join(tmpdir(), 'hf-sign-in-'));

let stand: SignInStand;
let browser: Browser;
/** HTTPS with a certificate that nobody trusts, and plain HTTP of this machine, which browsers count as secure too. */
let secureOrigin = '';
let plainOrigin = '';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
function seedOf(secret: string): Uint8Array {
  const bits = Array.from(secret.replaceAll(/\s/gu, ''), (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join(
    '',
  );
  return Uint8Array.from(bits.match(/.{8}/gu) ?? [], (byte) => Number.parseInt(byte, 2));
}
/** The code of the next half minute: the one before may be spent. */
function nextCode(seed: Uint8Array): string {
  stand.platform.advance(STEP_MS);
  return totpCode(seed, totpStep(stand.platform.clock.now()));
}

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

async function open(options: { width?: number; script?: boolean; dark?: boolean } = {}): Promise<Opened> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: options.width ?? 1280, height: 800 },
    javaScriptEnabled: options.script ?? true,
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium reports each answer of 4xx as an error of its own.
    const isStatus = message.text().startsWith('Failed to load resource');
    if (!isStatus && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, context, complaints };
}

let shots = 0;
async function shoot(page: Page, name: string): Promise<void> {
  shots += 1;
  // Chromium takes no picture of a page that is just being left for another.
  await page.waitForLoadState();
  await page.screenshot({ path: join(screenshots, `${String(shots).padStart(2, '0')}-${name}.png`), fullPage: true });
  // 320 CSS pixels and up scroll in one direction only (WCAG 2.2 1.4.10).
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), name).toBe(
    true,
  );
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** Every input has a name that a screen reader says; the page has one heading and a language. */
async function expectAccessible(page: Page): Promise<void> {
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.locator('h1').count()).toBe(1);
  const unnamed = await page
    .locator('input:not([type=hidden])')
    .evaluateAll((inputs) => inputs.filter((input) => (input as HTMLInputElement).labels?.length === 0).map((input) => input.id));
  expect(unnamed).toEqual([]);
}

/** From the invitation to the application; gives the seed of the authenticator and the recovery codes. */
async function enrol({ page }: Opened, origin: string, name: string): Promise<{ seed: Uint8Array; codes: string[] }> {
  const { token } = await stand.invite(name);
  await page.goto(`${origin}/.holdfast/invite?token=${token}&next=%2Forders%3Fid%3D7`);
  expect(page.url()).not.toContain(token);
  await expectAccessible(page);
  await shoot(page, 'invite');
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same password again').fill(PASSWORD);
  await press(page, 'Continue');
  await shoot(page, 'enrol');
  await page.getByRole('link', { name: 'Set up an app' }).click();
  await expectAccessible(page);
  await shoot(page, 'enrol-totp');
  const seed = seedOf((await page.locator('.secret').textContent()) ?? '');
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await press(page, 'Continue');
  expect(await page.title()).toMatch(/^Error: /u);
  expect(await page.getByLabel('Code', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await shoot(page, 'enrol-totp-wrong');
  expect(seedOf((await page.locator('.secret').textContent()) ?? '')).toEqual(seed);
  await page.getByLabel('Code', { exact: true }).fill(nextCode(seed));
  await press(page, 'Continue');
  await shoot(page, 'recovery-codes');
  const codes = await page.locator('.codes li').allTextContents();
  expect(codes).toHaveLength(10);
  await page.getByLabel('Type one of the codes').fill(codes[3] ?? '');
  await press(page, 'I have saved them');
  await page.waitForURL('**/orders?id=7');
  return { seed, codes };
}

async function signIn({ page }: Opened, origin: string, given: { name: string; seed: Uint8Array }): Promise<void> {
  await page.goto(`${origin}/orders?id=7`);
  await page.waitForURL('**/.holdfast/login?next=*');
  await page.getByLabel('Name', { exact: true }).fill(given.name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await press(page, 'Sign in');
  await page.getByLabel('Code', { exact: true }).fill(nextCode(given.seed));
  await press(page, 'Continue');
  await page.waitForURL('**/orders?id=7');
}

describe.skipIf(!isPresent)('signing in with a browser', () => {
  beforeAll(async () => {
    stand = await openSignInStand();
    secureOrigin = `https://localhost:${stand.gateway.httpsPort}`;
    plainOrigin = `http://localhost:${stand.gateway.plainPort}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    await stand[Symbol.asyncDispose]();
  });

  test.each([
    ['ada', 1280, true],
    ['grace', 320, false],
  ])('%s comes from an invitation to the application and back in (%d pixels, script: %s)', async (name, width, script) => {
    const opened = await open({ width, script, dark: !script });
    const { page, context, complaints } = opened;
    const { seed } = await enrol(opened, secureOrigin, name);
    const seen =
      stand.echo.seen
        .at(-1)
        ?.headers.map(([header, value]) => `${header}: ${value}`)
        .join('\n') ?? '';
    expect(seen.toLowerCase()).toContain('x-holdfast-jwt-assertion: ey');
    expect(seen).not.toContain('__Host-holdfast');
    for (const cookie of await context.cookies()) {
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' });
      expect(cookie.name).toMatch(/^__Host-/u);
    }
    await page.goto(`${secureOrigin}/.holdfast/account`);
    await expectAccessible(page);
    await shoot(page, 'account');
    await press(page, 'Sign out');
    expect(await page.locator('h1').textContent()).toBe('You are signed out');
    await shoot(page, 'signed-out');
    await page.goto(`${secureOrigin}/.holdfast/login`);
    await expectAccessible(page);
    await shoot(page, 'login');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await press(page, 'Sign in');
    expect(await page.getByRole('alert').textContent()).toContain('not right');
    await shoot(page, 'login-wrong');
    await signIn(opened, secureOrigin, { name, seed });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('ends the other sessions of a person at once, and changes the password after a step-up', async () => {
    const here = await open();
    const there = await open();
    const { seed } = await enrol(here, secureOrigin, 'edith');
    await signIn(there, secureOrigin, { name: 'edith', seed });
    await here.page.goto(`${secureOrigin}/.holdfast/account`);
    await shoot(here.page, 'account-two-sessions');
    await press(here.page, 'End');
    await here.page.getByText('The session was ended.').waitFor();
    await there.page.goto(`${secureOrigin}/orders`);
    expect(there.page.url()).toContain('/.holdfast/login');
    await press(here.page, 'Confirm it is me');
    await shoot(here.page, 'step-up');
    await here.page.getByLabel('Code', { exact: true }).fill(nextCode(seed));
    await press(here.page, 'Continue');
    await shoot(here.page, 'account-elevated');
    await here.page.getByRole('link', { name: 'Change the password' }).click();
    await here.page.getByLabel('New password').fill('passwordpassword');
    await here.page.getByLabel('The same password again').fill('passwordpassword');
    await press(here.page, 'Change the password');
    await shoot(here.page, 'password-refused');
    expect(await here.page.locator('.wrong').textContent()).toContain('attackers try first');
    await here.page.getByLabel('New password').fill(`${PASSWORD} und mehr`);
    await here.page.getByLabel('The same password again').fill(`${PASSWORD} und mehr`);
    await press(here.page, 'Change the password');
    await here.page.getByText('Your password was changed').waitFor();
    expect(here.complaints).toEqual([]);
    await Promise.all([here.context.close(), there.context.close()]);
  });

  test('takes a recovery code once, and a link of a letter with the second factor still asked for', async () => {
    const opened = await open();
    const { page } = opened;
    const { seed, codes } = await enrol(opened, secureOrigin, 'hedy');
    const [code = ''] = codes;
    await page.goto(`${secureOrigin}/.holdfast/logout`);
    await press(page, 'Sign out');
    for (const isFirst of [true, false]) {
      await page.goto(`${secureOrigin}/.holdfast/login`);
      await page.getByLabel('Name', { exact: true }).fill('hedy');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await press(page, 'Sign in');
      await page.getByRole('link', { name: 'Use a recovery code' }).click();
      await page.getByLabel('Recovery code').fill(code.toLowerCase());
      await press(page, 'Continue');
      if (!isFirst) {
        expect(await page.locator('.wrong').textContent()).toContain('used before');
        break;
      }
      await page.getByText('You used a recovery code.').waitFor();
      await press(page, 'Sign out');
    }
    await page.goto(`${secureOrigin}/.holdfast/reset`);
    await page.getByLabel('Name or e-mail address').fill('hedy@example.com');
    await press(page, 'Send the letter');
    await expect.poll(() => stand.letters.some(({ text }) => text.includes('#'))).toBe(true);
    const link = /https:\S+#\S+/u.exec(stand.letters.at(-1)?.text ?? '')?.[0] ?? '';
    await page.goto(link);
    await page.getByLabel('New password').fill('fünf grüne Boote am Ufer');
    expect(page.url()).not.toContain('#');
    await shoot(page, 'reset-finish');
    await page.getByLabel('The same password again').fill('fünf grüne Boote am Ufer');
    await press(page, 'Change the password');
    await page.getByLabel('Code', { exact: true }).fill(nextCode(seed));
    await press(page, 'Continue');
    await page.waitForURL(`${secureOrigin}/`);
    expect(opened.complaints).toEqual([]);
    await opened.context.close();
  });

  test('sets up a passkey and signs in with it alone, without a name', async () => {
    const opened = await open();
    const { page, context } = opened;
    const cdp: CDPSession = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2' as const,
      transport: 'internal' as const,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
    const { token } = await stand.invite('katherine');
    await page.goto(`${plainOrigin}/.holdfast/invite#${token}`);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same password again').fill(PASSWORD);
    await press(page, 'Continue');
    await page.getByRole('link', { name: 'Set up a passkey' }).click();
    await page.getByLabel('Name of the passkey').fill('Laptop');
    await shoot(page, 'enrol-passkey');
    await press(page, 'Set up the passkey');
    const code = (await page.locator('.codes li').first().textContent()) ?? '';
    await page.getByLabel('Type one of the codes').fill(code);
    await press(page, 'I have saved them');
    await page.waitForURL(`${plainOrigin}/`);
    await page.goto(`${plainOrigin}/.holdfast/account`);
    await page.getByText('Passkey: Laptop').waitFor();
    await press(page, 'Sign out');

    await page.goto(`${plainOrigin}/orders`);
    await press(page, 'Sign in with a passkey');
    await page.waitForURL(`${plainOrigin}/orders`);
    expect(
      stand.platform.recorded.some(
        ({ type, payload }) => type === 'identity.signed-in' && JSON.stringify(payload['amr']).includes('hwk'),
      ),
    ).toBe(true);

    // A key that does not check who holds it is no second factor.
    await page.goto(`${plainOrigin}/.holdfast/logout`);
    await press(page, 'Sign out');
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(`${plainOrigin}/.holdfast/login`);
    await press(page, 'Sign in with a passkey');
    await page.getByText('That did not work').waitFor();
    await shoot(page, 'passkey-refused');
    expect(opened.complaints).toEqual([]);
    await context.close();
  });

  test('asks nobody for a second factor where none is needed, and lets them set one up after the password again', async () => {
    await using other = await openSignInStand({ mode: 'optional', mfa: false });
    const origin = `https://localhost:${other.gateway.httpsPort}`;
    const { page, context, complaints } = await open();
    const { token } = await other.invite('dorothy');
    await page.goto(`${origin}/anything`);
    expect(page.url()).toBe(`${origin}/anything`);
    await page.goto(`${origin}/.holdfast/invite#${token}`);
    await page.getByLabel('New password').fill('zu kurz');
    await page.getByLabel('The same password again').fill('zu kurz');
    await press(page, 'Continue');
    expect(await page.locator('.wrong').textContent()).toContain('15 characters');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same password again').fill(PASSWORD);
    await press(page, 'Continue');
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/.holdfast/account`);
    await press(page, 'Confirm it is me');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await press(page, 'Continue');
    expect(await page.locator('.wrong').textContent()).toBe('The password is not right.');
    await shoot(page, 'step-up-password');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await press(page, 'Continue');
    await press(page, 'Add a factor');
    await page.getByRole('link', { name: 'Set up an app' }).click();
    const seed = seedOf((await page.locator('.secret').textContent()) ?? '');
    await page.getByLabel('Code', { exact: true }).fill(totpCode(seed, totpStep(other.platform.clock.now())));
    await press(page, 'Continue');
    await page.getByLabel('Type one of the codes').fill((await page.locator('.codes li').last().textContent()) ?? '');
    await press(page, 'I have saved them');
    await page.getByText('Your second factor was set up.').waitFor();
    await shoot(page, 'account-with-factor');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
