import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { AdminBrowser } from './admin-browser.ts';
import { buildConsole } from './console-build.ts';
import { HoldfastProcess } from './holdfast-process.ts';
import { CHROMIUM, CHROMIUM_FLAGS } from './chromium.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';

const ACCOUNT = 'nightly-build';
const SECRET = 'demo-shop/production/payment/api-key';
const ATTACK = `/search?${new URLSearchParams({ q: "1' AND SLEEP(5) -- " }).toString()}`;

export interface OpenOptions {
  readonly width?: number;
  readonly isDark?: boolean;
  /** False = nobody is signed in. */
  readonly isSignedIn?: boolean;
}

/** A page, and everything that its browser complained about. */
export interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

/** The demo shop behind a real process, an owner who has signed in, some attacks, and a browser for the console. */
export interface ConsoleStand extends AsyncDisposable {
  readonly holdfast: HoldfastProcess;
  readonly origin: string;
  /** The owner without a browser: calls of the API, and codes of the authenticator. */
  readonly owner: AdminBrowser;
  readonly password: string;
  /** The name of a service account. */
  readonly account: string;
  /** Where a secret with two versions is. */
  readonly secret: string;
  /** Path and query of an attack, and the number of a request with it. */
  readonly attack: string;
  readonly requestId: string;
  open(options?: OpenOptions): Promise<OpenedPage>;
}

/** Requests as a shop sees them: people who look around, and a scanner. */
async function seed(holdfast: HoldfastProcess): Promise<string> {
  for (const path of ['/', '/products/1', '/products/2', '/search?q=green%20tea', '/about-this-shop']) await holdfast.fetch(path);
  for (const attack of [
    "' OR 1=1 -- ",
    '<script>alert(1)</script>',
    '../../../../etc/passwd',
    '; cat /etc/passwd',
    "' UNION SELECT name, password FROM users -- ",
  ])
    await holdfast.fetch(`/search?${new URLSearchParams({ q: attack }).toString()}`);
  const answer = await holdfast.fetch(ATTACK);
  return String(answer.headers['x-request-id']);
}

/** Chromium reports each answer of 4xx as an error of its own; what matters is what the page makes of it. */
const isStatus = (text: string): boolean => text.startsWith('Failed to load resource');

async function openIn(
  browser: Browser,
  stand: { origin: string; owner: AdminBrowser },
  options: OpenOptions,
): Promise<OpenedPage> {
  const { width = 1280, isDark = false, isSignedIn = true } = options;
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width, height: 900 },
    colorScheme: isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const cookies = [...stand.owner.cookies].map(([name, value]) => ({
    name,
    value,
    url: stand.origin,
    secure: true,
    httpOnly: true,
  }));
  if (isSignedIn) await context.addCookies(cookies);
  const page = await context.newPage();
  const complaints: string[] = [];
  // Trusted Types and the policy tell the console too; the event also names what the console does not.
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      console.error(`CSP: ${violatedDirective} ${blockedURI} ${sourceFile}`),
    );
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isStatus(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, context, complaints, [Symbol.asyncDispose]: async () => context.close() };
}

export async function openConsoleStand(args: readonly string[] = []): Promise<ConsoleStand> {
  buildConsole();
  await using opening = new AsyncDisposableStack();
  const holdfast = opening.use(await HoldfastProcess.start({ args }));
  const owner = new AdminBrowser(holdfast.admin, holdfast.ca());
  const link = readFileSync(join(holdfast.dataDir, 'setup-link'), 'utf8').trim();
  await owner.enrol(link, { name: 'ada', password: PASSWORD });
  await holdfast.cli('service', 'create', ACCOUNT, '--purpose', 'reads what was found', '--owner', 'ada');
  await holdfast.cli('token', 'create', '--account', ACCOUNT, '--name', 'first', '--permission', 'event:read');
  await holdfast.cli('user', 'invite', 'grace', '--role', 'analyst');
  await holdfast.cli('ban', 'add', '203.0.113.7', '--for', '2h', '--reason', 'password guessing');
  for (const reason of ['first', 'stood in a chat'])
    await holdfast.cli('secret', 'set', SECRET, '--generate', '24', '--reason', reason);
  await holdfast.cli('secret', 'settings', SECRET, '--owner', 'ada', '--max-age', '90d');
  const requestId = await seed(holdfast);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  opening.defer(async () => browser.close());
  const origin = holdfast.admin.replace('//127.0.0.1:', '//localhost:');
  const stack = opening.move();
  return {
    holdfast,
    origin,
    owner,
    password: PASSWORD,
    account: ACCOUNT,
    secret: SECRET,
    attack: ATTACK,
    requestId,
    open: async (options = {}) => openIn(browser, { origin, owner }, options),
    [Symbol.asyncDispose]: async () => stack.disposeAsync(),
  };
}
