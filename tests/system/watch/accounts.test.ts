import type { AlertDetail, AlertView, Page } from '@holdfast/contract';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../packages/server/src/platform/db/database.ts';
import { silentLog } from '../../../packages/server/src/platform/log.ts';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { filesBelow } from '../../support/files.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const SOON = { timeout: 60_000, interval: 200 };
const START_TIMEOUT_MS = 240_000;

/** Public addresses of networks that have been what they are for many years: two of one country, one of servers elsewhere. */
const WIFI = '91.64.1.7';
const MOBILE = '109.40.2.9';
const SERVER = '104.131.6.6';

interface Client {
  readonly address: string;
  readonly agent: string;
  /** Offered signature algorithms; left out = those of Node. */
  readonly sigalgs?: string;
}
const OWNER: Client = { address: WIFI, agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
const THIEF: Client = { address: SERVER, agent: 'curl/8.9.1', sigalgs: 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256' };
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

async function start(folder: string): Promise<HoldfastProcess> {
  const args = ['--config', join(folder, 'holdfast.yaml')];
  return HoldfastProcess.start({ dataDir: join(folder, 'data'), args, env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' } });
}

describe('accounts in two hands', { timeout: START_TIMEOUT_MS }, () => {
  let folder = '';
  let application: TestApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-accounts-'));
    application = await startTestApplication();
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      `trustedHops: 1
applications:
  - { id: shop, name: Shop, upstream: "${application.url}", mode: enforce, login: { mode: required } }
`,
    );
    server = await start(folder);
    admin = await createAdminClient(server, ['alert:read']);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the API answers is of these shapes (`packages/contract/src/api`). */
  const alertsOf = async (detector: string): Promise<readonly AlertView[]> =>
    ((await admin.call('GET', `/api/v1/alerts?detector=${detector}`)).body as Page<AlertView>).items;
  const alert = async (id: string): Promise<AlertDetail> => (await admin.call('GET', `/api/v1/alerts/${id}`)).body as AlertDetail;

  /** Letters lie in the outbox where no mail server is set. */
  const lettersTo = (name: string): readonly string[] =>
    [...filesBelow(join(folder, 'data', 'outbox'))]
      .map(({ bytes }) => bytes.toString('utf8'))
      .filter((text) => text.includes(`To: ${name}@example.com`));
  const isToldOfEnd = (name: string): boolean => lettersTo(name).some((text) => text.includes('You were signed out'));

  /** Somebody signed in at the application; gives the cookies of the session. */
  async function signIn(name: string): Promise<string> {
    const { data } = await server.cli<{ link: string }>('user', 'invite', name, '--email', `${name}@example.com`);
    const browser = new AdminBrowser(server.https, server.ca(), '/.holdfast');
    const send = browser.send.bind(browser);
    browser.send = (method, path, options) =>
      send(method, path, { ...options, headers: { 'user-agent': OWNER.agent, 'x-forwarded-for': WIFI, ...options?.headers } });
    await browser.enrol(data.link, { password: PASSWORD });
    return [...browser.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; ');
  }

  /** One request with this cookie over a TLS connection of its own. */
  function ask(cookie: string, { address, agent, sigalgs }: Client): Promise<number> {
    const { hostname, port } = new URL(server.https);
    const headers = {
      host: `localhost:${port}`,
      cookie,
      'user-agent': agent,
      'x-forwarded-for': address,
      accept: 'application/json',
    };
    return new Promise((done, failed) => {
      const outgoing = request(
        {
          host: hostname,
          port,
          path: '/orders',
          servername: 'localhost',
          ca: server.ca(),
          agent: false,
          headers,
          ...(sigalgs === undefined ? {} : { sigalgs }),
        },
        (incoming) => incoming.resume().on('end', () => done(incoming.statusCode ?? 0)),
      );
      outgoing.on('error', failed);
      outgoing.end();
    });
  }

  test('a cookie that is used in turn from another network by another client is found', async () => {
    const cookie = await signIn('ada');
    expect(await ask(cookie, OWNER)).toBe(200);
    // Three requests in turn; the watch may not run yet, so it goes on until it has seen enough.
    await expect
      .poll(async () => {
        for (const client of [THIEF, OWNER]) await ask(cookie, client);
        return (await alertsOf('B4')).length;
      }, SOON)
      .toBeGreaterThan(0);
    const [found] = await alertsOf('B4');
    if (found === undefined) throw new Error('assertion: it was there a moment ago');
    expect(found).toMatchObject({ application: 'shop', entity: { kind: 'session' }, severity: 'critical' });
    const { entities, reason, figures } = await alert(found.id);
    expect(entities.filter(({ kind }) => kind === 'user')).toHaveLength(1);
    expect(entities.filter(({ kind }) => kind === 'address').map(({ value }) => value)).toEqual(
      expect.arrayContaining([WIFI, SERVER]),
    );
    expect(reason).toContain('another TLS client');
    expect(Number(figures['score'])).toBeGreaterThanOrEqual(80);
    expect(JSON.stringify([found, entities, reason])).not.toContain(cookie.split('=').at(-1));
    // Whoever it was signs in again.
    await expect.poll(async () => ask(cookie, OWNER), SOON).toBe(401);
    expect(await ask(cookie, THIEF)).toBe(401);
    const { answered } = await alert(found.id);
    expect(answered.filter(({ outcome }) => outcome === 'done').map(({ answer }) => answer)).toContain('end-session');
    await expect.poll(() => isToldOfEnd('ada'), SOON).toBe(true);
  });

  test('a phone that leaves the wifi is not', async () => {
    const cookie = await signIn('grace');
    const before = (await alertsOf('B4')).length;
    for (const address of [WIFI, WIFI, MOBILE, MOBILE, MOBILE])
      expect(await ask(cookie, { address, agent: PHONE }), address).toBe(200);
    // What came after it has been judged, so this has too.
    const other = await signIn('linus');
    await expect
      .poll(async () => {
        await ask(other, THIEF);
        await ask(other, OWNER);
        return (await alertsOf('B4')).length;
      }, SOON)
      .toBeGreaterThan(before);
    const told = await Promise.all((await alertsOf('B4')).map(async ({ id }) => alert(id)));
    expect(told.flatMap(({ entities }) => entities.map(({ value }) => value))).not.toContain(MOBILE);
    expect(await ask(cookie, { address: MOBILE, agent: PHONE })).toBe(200);
    expect(isToldOfEnd('grace')).toBe(false);
  });

  test('whoever has not signed in for weeks and then reads a secret is told of', async () => {
    await server.cli('secret', 'set', 'shop/production/API_KEY', '--generate', '24', '--reason', 'a test');
    const link = readFileSync(join(server.dataDir, 'setup-link'), 'utf8').trim();
    const before = new AdminBrowser(server.admin, server.ca());
    await before.enrol(link, { name: 'root', password: PASSWORD });
    const usedStep = stepNow();
    await server.kill('SIGTERM');
    await makeQuiet(join(folder, 'data'), 60);
    server = await start(folder);
    admin[Symbol.dispose]();
    admin = await createAdminClient(server, ['alert:read']);
    expect(await alertsOf('B8')).toEqual([]);

    const again = new AdminBrowser(server.admin, server.ca());
    again.secret = before.secret;
    // No code is taken twice, and one step ahead is for the confirmation.
    await expect.poll(stepNow, { timeout: 60_000, interval: 500 }).toBeGreaterThan(usedStep);
    await again.go('/sign-in');
    await again.submit('/sign-in', { name: 'root', password: PASSWORD });
    await again.submit('/sign-in/totp', { code: totp(again.secret) });
    await again.confirm();
    await reveal(again);
    await expect.poll(async () => (await alertsOf('B8')).length, SOON).toBe(1);
    const [found] = await alertsOf('B8');
    expect(found).toMatchObject({ severity: 'high', entity: { kind: 'user' } });
    expect(found?.reason).toMatch(/without activity for (?:59|60) days did this: secret\.read/u);
  });
});

/** Of codes that follow the clock (RFC 6238). */
const stepNow = (): number => Math.floor(Date.now() / 30_000);

async function reveal(browser: AdminBrowser): Promise<void> {
  const path = '/secrets/shop/production/API_KEY/reveal';
  const { status, body } = await browser.api('POST', path, { body: { purpose: 'a test' } });
  expect(status, body).toBe(200);
}

/** As if everybody had last signed in so long ago, and the watch had begun today. */
async function makeQuiet(dataDir: string, days: number): Promise<void> {
  await using db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
  await db.query('UPDATE identity_person SET last_signed_in_at = $1', [Date.now() - days * 86_400_000]);
  rmSync(join(dataDir, 'cache', 'watch-memory'), { force: true });
}
