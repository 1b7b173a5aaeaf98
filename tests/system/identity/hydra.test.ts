import { ACCOUNTS, startShop } from '@holdfast/example-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../support/files.ts';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { startFormRelay, type FormRelay } from '../../support/form-relay.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { guess, hasHydra } from '../../support/hydra.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const HYDRA_MS = 240_000;
/** Words that stand in no log by themselves. */
const WRONG = Array.from({ length: 60 }, (_, index) => `hydra-guess-${index}-quartz`);
/** The right one behind more than the free tries, and before the end. */
const listWith = (right: string): string[] => [...WRONG.slice(0, 40), right, ...WRONG.slice(40)];

interface Listed {
  readonly events: readonly { readonly type: string; readonly payload: Record<string, unknown> }[];
}
const eventsOf = async (server: HoldfastProcess, type: string): Promise<Listed['events']> =>
  (await server.cli<Listed>('audit', 'tail', '--type', type, '--lines', '200')).data.events;

/** Every file of the data directory but the database, which holds what the ledger holds, and the log. */
function everythingIn(folder: string): string {
  return [...filesBelow(folder)].map(({ bytes }) => bytes.toString('latin1')).join('\n');
}

const isPresent = hasHydra();

describe.skipIf(!isPresent)('hydra guesses at the login form of the demo shop', () => {
  const { name, password } = ACCOUNTS.neighbour;
  const form = 'name=^USER^&password=^PASS^';
  const success = 'sid=';
  let shop: Awaited<ReturnType<typeof startShop>>;
  let relay: FormRelay;
  let server: HoldfastProcess;
  beforeAll(async () => {
    shop = await startShop({ port: 0 });
    relay = await startFormRelay(shop.url);
    server = await HoldfastProcess.start({ args: ['--to', relay.url, '--listen', 'http://127.0.0.1:0'] });
    const added = await server.cli(
      'app',
      'sign-in',
      'add',
      'app',
      '--path',
      '/login',
      '--account-field',
      'name',
      '--success-location',
      '/orders',
    );
    expect(added.code).toBe(0);
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    await shop.close();
  });

  const signIn = async (cookie?: string): Promise<Response> =>
    fetch(`${server.plain}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ name, password }),
      headers: cookie === undefined ? {} : { cookie },
    });

  test(
    'without Holdfast it finds the password: the list and the form are good ones',
    async () => {
      const { found, output } = await guess({
        url: `${relay.url}/login`,
        names: [name],
        passwords: listWith(password),
        form,
        success,
      });
      expect(found, output).toEqual([`${name} ${password}`]);
    },
    HYDRA_MS,
  );

  test(
    'through Holdfast it finds nothing, and the owner’s own browser still gets in',
    async () => {
      // The setting reaches the gateway within a second; a browser that signs in before is not known.
      let known: string | undefined;
      await expect
        .poll(
          async () => {
            const cookies = (await signIn()).headers.getSetCookie();
            known = cookies.find((line) => line.startsWith('holdfast-seen='))?.split(';', 1)[0];
            return known;
          },
          { timeout: 15_000 },
        )
        .toBeDefined();
      const passwords = listWith(password);
      const { found, output } = await guess({ url: `${server.plain}/login`, names: [name], passwords, form, success });
      expect(found, output).toEqual([]);
      const stranger = await signIn();
      expect(stranger.status).toBe(429);
      expect(Number(stranger.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await signIn(known)).status).toBe(303);

      await expect
        .poll(async () => (await eventsOf(server, 'authentication.limited')).length, { timeout: 15_000 })
        .toBeGreaterThan(0);
      const failed = await eventsOf(server, 'authentication.failed');
      // The free tries; one more only if the wait was over before hydra was.
      expect(failed.length).toBeGreaterThanOrEqual(10);
      expect(failed.length).toBeLessThan(20);
      for (const { payload } of failed) expect(payload).toMatchObject({ account: name, address: '127.0.0.1', path: '/login' });
      const { events } = (await server.cli<Listed>('audit', 'tail', '--lines', '500')).data;
      for (const text of [JSON.stringify(events), server.stderr, everythingIn(server.dataDir)])
        for (const secret of [password, 'quartz']) expect(text.includes(secret)).toBe(false);
    },
    HYDRA_MS,
  );
});

describe.skipIf(!isPresent)('hydra guesses at the sign-in of Holdfast', () => {
  const password = 'vier blaue Fahrraeder im Regen';
  let application: TestApplication;
  let server: HoldfastProcess;
  const owners = new Map<string, AdminBrowser>();
  beforeAll(async () => {
    application = await startTestApplication();
    server = await HoldfastProcess.start({ args: ['--to', application.url, '--login', 'required'] });
    expect((await server.cli('app', 'login', 'app', 'required', '--mfa', 'off', '--yes')).code).toBe(0);
    for (const name of ['ada', 'grace']) {
      const { data } = await server.cli<{ link: string }>('user', 'invite', name, '--app', 'app');
      const { pathname, hash } = new URL(data.link);
      const owner = new AdminBrowser(server.https, server.ca());
      await owner.go(pathname);
      await owner.submit(pathname, { token: hash.slice(1) });
      await owner.submit(pathname, { password, again: password });
      expect((await owner.send('GET', '/')).status).toBe(200);
      owners.set(name, owner);
    }
  }, 120_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });

  /** A form is bound to a cookie of the browser; whoever guesses takes one with the other and sends both each time. */
  async function guessAt(name: string, passwords: readonly string[]) {
    const page = await server.fetch('/.holdfast/login', { headers: { host: new URL(server.https).host } });
    const cookie = [page.headers['set-cookie'] ?? []]
      .flat()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const token = /name="form_token" value="([^"]+)"/u.exec(page.body)?.[1] ?? '';
    expect(token).not.toBe('');
    const origin = new URL(server.https).origin.replaceAll(':', '\\:');
    return guess({
      url: `${server.https}/.holdfast/login`,
      names: [name],
      passwords,
      form: `form_token=${token}&name=^USER^&password=^PASS^`,
      success: '__Host-holdfast=',
      more: ['g=', `H=Cookie\\: ${cookie}`, `H=Origin\\: ${origin}`],
    });
  }

  test(
    'among the free tries the right one is found: it is guessing that is stopped, and not the form that is broken',
    async () => {
      const { found, output } = await guessAt('ada', [...WRONG.slice(0, 3), password]);
      expect(found, output).toEqual([`ada ${password}`]);
    },
    HYDRA_MS,
  );

  test(
    'behind them it is not, the owner’s browser signs in, and no password is anywhere',
    async () => {
      const { found, output } = await guessAt('grace', listWith(password));
      expect(found, output).toEqual([]);
      const owner = owners.get('grace');
      if (owner === undefined) throw new Error('grace has a browser');
      owner.cookies.delete('__Host-holdfast');
      expect((await owner.send('GET', '/')).status).toBe(401);
      await owner.go('/.holdfast/login');
      await owner.submit('/.holdfast/login', { name: 'grace', password });
      expect((await owner.send('GET', '/')).status).toBe(200);
      const stranger = new AdminBrowser(server.https, server.ca());
      await stranger.go('/.holdfast/login');
      await stranger.submit('/.holdfast/login', { name: 'grace', password });
      expect(stranger.last.status).toBe(429);
      expect(Number(stranger.last.headers['retry-after'])).toBeGreaterThan(0);
      const refused = await eventsOf(server, 'identity.sign-in-refused');
      expect(refused.some(({ payload }) => payload['person'] !== null && payload['address'] === '127.0.0.1')).toBe(true);
      expect(await eventsOf(server, 'identity.locked-out')).not.toEqual([]);
      const { events } = (await server.cli<Listed>('audit', 'tail', '--lines', '500')).data;
      for (const text of [JSON.stringify(events), server.stderr, everythingIn(server.dataDir)])
        for (const secret of [password, password.replaceAll(' ', '+'), password.replaceAll(' ', '%20'), 'quartz'])
          expect(text.includes(secret)).toBe(false);
    },
    HYDRA_MS,
  );
});
