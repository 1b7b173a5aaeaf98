import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { OidcOp, OP_CLIENT, OP_SECRET } from '../../support/oidc-op.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const P = '/.holdfast';
const COOKIE = '__Host-holdfast';
const PASSWORD = 'vier blaue Fahrräder im Regen';
const ANN = { sub: 'ann-at-corp', claims: { email: 'ann@example.org', email_verified: true, name: 'Ann Example' } };

let application: TestApplication;
let op: OidcOp;
let server: HoldfastProcess;
let ca: string;

const visitor = (): AdminBrowser => new AdminBrowser(server.https, ca);
/** Where the page that was shown goes on by itself. */
const goOn = (browser: AdminBrowser): string =>
  (/http-equiv="refresh" content="0; url=([^"]*)"/u.exec(browser.last.body)?.[1] ?? '').replaceAll('&amp;', '&');

/** To the provider and back, as far as the address that it leads to. */
async function there(browser: AdminBrowser, base = P, next = '/orders'): Promise<URL> {
  await browser.go(`${base === P ? `${P}/login` : base}?next=${encodeURIComponent(next)}`);
  await browser.submit(`${base}/provider`, { provider: 'corp', for: 'sign-in' });
  expect(browser.title).toContain('Going to Corp');
  return op.authorize(goOn(browser));
}
async function roundTrip(browser: AdminBrowser, base = P, next = '/orders'): Promise<void> {
  const back = await there(browser, base, next);
  await browser.go(back.pathname + back.search);
}
const refusals = async (): Promise<number> => {
  const { data } = await server.cli('audit', 'tail', '--lines', '200', '--type', 'identity.sign-in-refused');
  return JSON.stringify(data).split('"identity.sign-in-refused"').length - 1;
};

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('sign-in by a provider, %s', (_name, args) => {
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
        emailDomains: ['example.org'],
        aal2: { acr: ['urn:two'] },
      },
      { id: 'gone', name: 'Gone', issuer: 'http://127.0.0.1:1', clientId: 'x' },
    ];
    const env = {
      OP_SECRET,
      HOLDFAST_IDENTITY__PROVIDERS: JSON.stringify(providers),
      HOLDFAST_ADMIN_OIDC_PROVIDER: 'corp',
      HOLDFAST_ADMIN_OIDC_SUBJECT: 'owner-at-corp',
    };
    server = await HoldfastProcess.start({ args: ['--to', application.url, '--login', 'required', ...args], env });
    ca = server.ca();
    op.register([
      `https://localhost:${new URL(server.https).port}${P}/provider/back/corp`,
      `https://localhost:${new URL(server.admin).port}/sign-in/provider/back/corp`,
    ]);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await op[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    op.account = ANN;
  });

  test('one factor there leads to the enrolment of one here, and nowhere else; then to the application', async () => {
    const ann = visitor();
    await roundTrip(ann);
    expect(ann.path).toBe(`${P}/enrol`);
    expect(ann.cookies.has(COOKIE)).toBe(false);
    expect((await ann.send('GET', '/orders', { headers: { accept: 'application/json' } })).status).toBe(401);
    await ann.go(`${P}/enrol/totp`);
    const secret = /secret=([A-Z2-7]+)/u.exec(ann.last.body)?.[1] ?? '';
    await ann.submit(`${P}/enrol/totp`, { code: totp(secret) });
    const [code = ''] = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/u.exec(ann.last.body) ?? [];
    await ann.submit(`${P}/codes`, { code });
    expect(ann.cookies.has(COOKIE)).toBe(true);
    expect((await ann.send('GET', '/orders')).status).toBe(200);
    // The next time: the factor from here.
    const again = visitor();
    await roundTrip(again);
    expect(again.path).toBe(`${P}/totp`);
    await again.submit(`${P}/totp`, { code: totp(secret, 1) });
    expect(goOn(again)).toBe('/orders');
    const { data } = await server.cli<{ name: string; hasPassword: boolean }>('user', 'show', 'ann@example.org');
    expect(data).toMatchObject({ name: 'ann@example.org', hasPassword: false });
  });

  test('two factors there are enough, if the claims prove them', async () => {
    op.account = { sub: 'bob-at-corp', claims: { email: 'bob@example.org', email_verified: true }, acr: 'urn:two' };
    const bob = visitor();
    await roundTrip(bob);
    expect(bob.title).toContain('You are signed in');
    expect((await bob.send('GET', '/orders')).status).toBe(200);
    const { data } = await server.cli<{ sessions: { acr: string; amr: string[] }[] }>(
      'session',
      'list',
      '--user',
      'bob@example.org',
    );
    expect(data.sessions[0]).toMatchObject({ acr: 'aal2', amr: ['oidc', 'mfa'] });
    // Confirming goes the same way: there is no password to ask for.
    await bob.go(`${P}/account`);
    await bob.submit(`${P}/account`);
    expect(bob.last.body).not.toContain('type="password"');
    await bob.submit(`${P}/provider`, { provider: 'corp', for: 'confirm' });
    const back = await op.authorize(goOn(bob));
    await bob.go(back.pathname + back.search);
    expect(bob.last.body).toContain('For the next five minutes');
  });

  test('an answer is of use once, in the browser that asked, and leads nowhere but home', async () => {
    op.account = { ...ANN, acr: 'urn:two' };
    const ann = visitor();
    const back = await there(ann, P, 'https://evil.example/');
    const before = await refusals();
    const victim = visitor();
    await victim.go(back.pathname + back.search);
    expect(victim.cookies.has(COOKIE)).toBe(false);
    expect(victim.path).toBe(`${P}/login`);
    await ann.go(`${back.pathname}${back.search}&next=//evil.example`);
    expect(goOn(ann)).toBe('/');
    const copy = visitor();
    await there(copy);
    await copy.go(back.pathname + back.search);
    expect(copy.cookies.has(COOKIE)).toBe(false);
    await expect.poll(refusals, { timeout: 15_000 }).toBe(before + 2);
  });

  test('a change of state or of the address in the answer is refused, and the honest one still passes', async () => {
    op.account = { ...ANN, acr: 'urn:two' };
    const ann = visitor();
    const back = await there(ann);
    for (const path of [
      back.pathname + back.search.replace(/state=[^&]*/u, 'state=other'),
      back.pathname + back.search.replace(/state=[^&]*/u, ''),
      `${back.pathname.replace('corp', 'gone')}${back.search}`,
      `${P}/provider/back${back.search}`,
    ]) {
      const answer = await ann.send('GET', path);
      expect([answer.status, ann.cookies.has(COOKIE)]).toEqual([303, false]);
    }
    await ann.go(back.pathname + back.search);
    expect(ann.cookies.has(COOKIE)).toBe(true);
  });

  test('strangers of the provider stay out, with words and without an account', async () => {
    op.account = { sub: 'eve-at-corp', claims: { email: 'eve@elsewhere.example', email_verified: true }, acr: 'urn:two' };
    const eve = visitor();
    await roundTrip(eve);
    expect(eve.last.status).toBe(403);
    expect(eve.last.body).toContain('belongs to nobody here');
    expect(eve.cookies.has(COOKIE)).toBe(false);
    op.account = { sub: 'eve-at-corp', claims: { email: 'eve@example.org', email_verified: false }, acr: 'urn:two' };
    await roundTrip(visitor());
    expect((await server.cli('user', 'show', 'eve@example.org')).code).not.toBe(0);
  });

  test('a provider that is away says so, and the sign-in here goes on', async () => {
    const { data } = await server.cli<{ link: string }>('user', 'invite', 'local', '--app', 'app');
    const browser = visitor();
    await browser.go(`${P}/login`);
    await browser.submit(`${P}/provider`, { provider: 'gone', for: 'sign-in' });
    expect(browser.last.status).toBe(503);
    expect(browser.last.headers['retry-after']).toBe('30');
    expect(browser.last.body).toContain('does not answer as it should');
    const { hash } = new URL(data.link);
    await browser.go(`${P}/invite`);
    await browser.submit(`${P}/invite`, { token: hash.slice(1) });
    await browser.submit(`${P}/invite`, { password: PASSWORD, again: PASSWORD });
    expect(browser.path).toBe(`${P}/enrol`);
  });

  test('an invitation is accepted with an account, and no password', async () => {
    const { data } = await server.cli<{ link: string }>('user', 'invite', 'grace', '--app', 'app');
    op.account = { sub: 'grace-at-corp', claims: {}, acr: 'urn:two' };
    const grace = visitor();
    await grace.go(`${P}/invite`);
    await grace.submit(`${P}/invite`, { token: new URL(data.link).hash.slice(1) });
    expect(grace.last.body).toContain('Continue with Corp');
    await grace.submit(`${P}/provider`, { provider: 'corp', for: 'invite' });
    const back = await op.authorize(goOn(grace));
    await grace.go(back.pathname + back.search);
    expect(grace.title).toContain('You are signed in');
    const factors = await server.cli<{ accounts: { provider: string }[] }>('mfa', 'status', 'grace');
    expect(factors.data.accounts).toMatchObject([{ provider: 'corp' }]);
    expect((await server.cli('user', 'disconnect', 'grace', 'other')).code).not.toBe(0);
    // The only way in stays.
    expect((await server.cli('user', 'disconnect', 'grace', 'corp')).code).not.toBe(0);
    const shown = await server.cli<{ status: string; hasPassword: boolean }>('user', 'show', 'grace');
    expect(shown.data).toMatchObject({ status: 'active', hasPassword: false });
  });

  test('the first owner of an unattended start is the account that the configuration names, with two factors', async () => {
    op.account = { sub: 'somebody-at-corp', claims: {}, acr: 'urn:two' };
    const stranger = new AdminBrowser(server.admin, ca);
    await roundTrip(stranger, '/sign-in', '/');
    expect(stranger.last.status).toBe(403);
    op.account = { sub: 'owner-at-corp', claims: {} };
    const owner = new AdminBrowser(server.admin, ca);
    await roundTrip(owner, '/sign-in', '/');
    expect(owner.path).toBe('/sign-in/enrol');
    expect((await owner.api('GET', '/people')).status).toBe(401);
    await owner.enrolTotp();
    expect((await owner.api('GET', '/people')).status).toBe(200);
    expect((await server.cli('admin', 'setup-link')).code).not.toBe(0);
  });
});
