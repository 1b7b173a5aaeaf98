import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const SECOND_PASSWORD = 'sieben grüne Boote vor Anker';
const COOKIE = '__Host-holdfast-admin';
let application: TestApplication;
let holdfast: HoldfastProcess;
let ada: AdminBrowser;

const browser = (): AdminBrowser => new AdminBrowser(holdfast.admin, holdfast.ca());
const linkOf = async (...words: readonly string[]): Promise<string> => {
  const { code, data } = await holdfast.cli<{ link: string }>(...words);
  expect(code).toBe(0);
  return data.link;
};

beforeAll(async () => {
  application = await startTestApplication();
  holdfast = await HoldfastProcess.start({ args: ['--to', application.url] });
  ada = browser();
}, 60_000);
afterAll(async () => {
  await holdfast[Symbol.asyncDispose]();
  await application[Symbol.asyncDispose]();
});

describe('the first administrator', () => {
  test('comes by a link that nothing printed and only the owner of the data directory reads', async () => {
    const file = join(holdfast.dataDir, 'setup-link');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8').trim();
    expect(text).toMatch(/^https:\/\/localhost:\d+\/setup#[\w-]{27}$/u);
    await expect.poll(() => holdfast.stderr).toContain(file);
    expect(holdfast.stderr).not.toContain(text.split('#')[1]);
    expect((await ada.go('/')).body).toContain('There is no administrator yet');
    expect((await ada.api('GET', '/people')).status).toBe(401);
  });

  test('cannot use a link after five wrong ones, nor an older one, and gets a new one by one command', async () => {
    const first = await linkOf('admin', 'setup-link');
    const old = readFileSync(join(holdfast.dataDir, 'setup-link'), 'utf8').trim();
    const guesser = browser();
    for (const token of [
      old.split('#')[1] ?? '',
      ...Array.from({ length: 4 }, (_, round) => `guess-of-a-stranger-0000${round}`),
    ]) {
      await guesser.go('/setup');
      await guesser.submit('/setup', { token });
      await guesser.submit('/setup', { name: 'mallory', password: PASSWORD, again: PASSWORD });
      expect(guesser.last.status).toBe(422);
      expect(guesser.last.body).toContain('This link cannot be used');
    }
    const { pathname, hash } = new URL(first);
    await ada.go(pathname);
    await ada.submit('/setup', { token: hash.slice(1) });
    await ada.submit('/setup', { name: 'ada', password: PASSWORD, again: PASSWORD });
    expect(ada.last.status).toBe(422);
  });

  test('may choose again after a bad name or password, and is in only after the second factor and a code typed back', async () => {
    const { hash } = new URL(await linkOf('admin', 'setup-link'));
    await ada.go('/setup');
    await ada.submit('/setup', { token: hash.slice(1) });
    for (const [name, password, words] of [
      ['not a name', PASSWORD, 'Choose another name'],
      ['ada', 'short', 'Choose another password'],
    ] as const) {
      await ada.submit('/setup', { name, password, again: password });
      expect(ada.last.status).toBe(422);
      expect(ada.last.body).toContain(words);
    }
    await ada.submit('/setup', { name: 'ada', password: PASSWORD, again: PASSWORD });
    expect(ada.cookies.has(COOKIE)).toBe(false);
    expect(ada.path).toBe('/sign-in/enrol');
    await ada.enrolTotp();
    expect(ada.codes).toHaveLength(10);
    expect(ada.last.status).toBe(200);
    expect(ada.cookies.has(COOKIE)).toBe(true);
    expect((await ada.go('/')).headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
    expect((await ada.go('/sign-in/account')).body).toContain('Signed in as <strong>ada</strong>');
  });

  test('is the only one: the setup is over, for a link too', async () => {
    const refused = await holdfast.cli<{ code: string }>('admin', 'setup-link');
    expect(refused.code).toBe(5);
    expect(refused.data.code).toBe('setup-closed');
    const { data } = await holdfast.cli<{ admins: { name: string; role: string }[] }>('admin', 'list');
    expect(data.admins).toMatchObject([{ name: 'ada', role: 'owner' }]);
  });
});

describe('the API takes the session of a browser', () => {
  test('for what the role may, and says who calls', async () => {
    const { status, data } = await ada.api('GET', '/me');
    expect(status).toBe(200);
    expect(data).toMatchObject({ kind: 'person', name: 'ada', role: 'owner', session: { elevatedUntil: null } });
    expect((await browser().api('GET', '/me')).status).toBe(401);
  });

  test('but no change that a page of another origin could have sent', async () => {
    const body = { prefix: '192.0.2.7', reason: 'test' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await ada.api('POST', '/bans', { body, headers })).status).toBe(403);
    }
    expect((await ada.api('POST', '/bans', { body })).status).toBe(201);
    expect((await ada.api('DELETE', '/bans/192.0.2.7')).status).toBe(204);
  });

  test('and asks once more who it is before a sensitive change, which then goes on under a new token', async () => {
    const body = { name: 'grace', role: 'analyst' };
    const refused = await ada.api('POST', '/people', { body });
    expect(refused.status).toBe(401);
    expect(refused.data).toMatchObject({ code: 'step-up-required', acr: 'aal2', maxAgeSeconds: 300 });
    expect(refused.headers['www-authenticate']).toContain('insufficient_user_authentication');
    const before = ada.cookies.get(COOKIE);
    await ada.go('/sign-in/account');
    await ada.submit('/sign-in/account');
    // No code is taken twice: this is the next one.
    await ada.submit('/sign-in/totp', { code: totp(ada.secret, 1) });
    expect(ada.cookies.get(COOKIE)).not.toBe(before);
    const invited = await ada.api('POST', '/people', { body });
    expect(invited.status).toBe(201);

    const grace = browser();
    await grace.enrol(String(invited.data['link']), { password: 'drei rote Drachen im Herbst' });
    expect((await grace.api('GET', '/me')).data).toMatchObject({ name: 'grace', role: 'analyst' });
    expect((await grace.api('GET', '/people')).status).toBe(200);
    for (const [method, path, sent] of [
      ['POST', '/people', { name: 'eve', role: 'owner' }],
      ['PATCH', '/people/grace', { role: 'owner' }],
      ['POST', '/setup-link', {}],
      ['POST', '/people/ada/recover', {}],
    ] as const) {
      expect([403, 404], path).toContain((await grace.api(method, path, { body: sent })).status);
    }
    // Not even an owner, over the network: these two are for the host.
    expect((await ada.api('POST', '/people/grace/recover', { body: {} })).status).toBe(404);

    await holdfast.cli('session', 'revoke', '--user', 'grace');
    expect((await grace.api('GET', '/me')).status).toBe(401);
  });
});

describe('nobody is locked out for good', () => {
  test('the only administrator without password and factor: one command, and a link', async () => {
    const link = await linkOf('admin', 'recover', 'ada', '--yes');
    expect((await ada.api('GET', '/me')).status).toBe(401);
    await ada.go('/sign-in');
    await ada.submit('/sign-in', { name: 'ada', password: PASSWORD });
    expect(ada.last.status).toBe(422);
    ada = browser();
    await ada.enrol(link, { password: SECOND_PASSWORD });
    expect((await ada.api('GET', '/me')).data).toMatchObject({ name: 'ada', role: 'owner' });
    const { data } = await holdfast.cli<{ items: { type: string; severity: string }[] }>(
      'audit',
      'tail',
      '--type',
      'identity.admin-recovered',
    );
    expect(JSON.stringify(data)).toContain('critical');
  });

  test('the last owner cannot be disabled; another one can, and comes back by one command', async () => {
    const refused = await holdfast.cli<{ code: string }>('user', 'disable', 'ada');
    expect(refused.data.code).toBe('last-owner');
    const hopper = browser();
    await hopper.enrol(await linkOf('user', 'invite', 'hopper', '--role', 'owner'), { password: 'fünf gelbe Vögel am Fluss' });
    expect((await holdfast.cli('user', 'disable', 'hopper')).code).toBe(0);
    expect((await hopper.api('GET', '/me')).status).toBe(401);
    expect((await holdfast.cli('user', 'enable', 'hopper')).code).toBe(0);
    await hopper.go('/sign-in');
    await hopper.submit('/sign-in', { name: 'hopper', password: 'fünf gelbe Vögel am Fluss' });
    await hopper.go('/sign-in/recovery');
    await hopper.submit('/sign-in/recovery', { code: hopper.codes[1] ?? '' });
    expect((await hopper.api('GET', '/me')).data).toMatchObject({ name: 'hopper', role: 'owner' });
  });

  test('with the server down too', async () => {
    await holdfast.kill('SIGTERM');
    const link = new URL(await linkOf('admin', 'recover', 'ada', '--yes'));
    const { dataDir } = holdfast;
    holdfast = await HoldfastProcess.start({ args: ['--to', application.url], dataDir });
    // The port was the system's choice; one that is configured stays.
    link.port = new URL(holdfast.admin).port;
    ada = browser();
    await ada.enrol(link.href, { password: PASSWORD });
    expect((await ada.api('GET', '/me')).data).toMatchObject({ name: 'ada' });
  });

  test('and nothing of it is in the log, the ledger or the data directory in the clear', async () => {
    const events = JSON.stringify((await holdfast.cli('audit', 'tail', '--lines', '200')).data);
    for (const secret of [PASSWORD, SECOND_PASSWORD, ada.secret, ...ada.codes, ada.cookies.get(COOKIE) ?? '']) {
      expect(secret).not.toBe('');
      expect(events).not.toContain(secret);
      expect(holdfast.stderr).not.toContain(secret);
    }
  });
});

describe('a user of applications', () => {
  test('is invited to the host of the application, and has nothing to do in the administration', async () => {
    const link = new URL(await linkOf('user', 'invite', 'lovelace'));
    expect(link.origin).toBe(holdfast.https.replace('127.0.0.1', 'localhost'));
    expect(link.pathname).toBe('/.holdfast/invite');
    // The same link at the other door: it signs in, two factors and all, and may nothing.
    const lovelace = browser();
    link.pathname = '/sign-in/invite';
    await lovelace.enrol(link.href, { password: 'neun weiße Wolken im Norden' });
    expect((await lovelace.go('/')).body).toContain('no role in the administration');
    for (const path of ['/me', '/people', '/applications', '/tokens', '/events']) {
      expect((await lovelace.api('GET', path)).status, path).toBe(403);
    }
    expect((await holdfast.cli('user', 'role', 'lovelace', 'auditor')).code).toBe(0);
    // Whoever gets a role signs in again for it.
    expect((await lovelace.api('GET', '/me')).status).toBe(401);
  });

  test('gets a link that no repeated call reads again', async () => {
    const headers = { 'idempotency-key': 'once' };
    await ada.go('/sign-in/account');
    await ada.submit('/sign-in/account');
    await ada.submit('/sign-in/totp', { code: totp(ada.secret, 1) });
    const first = await ada.api('POST', '/people', { body: { name: 'byron' }, headers });
    expect(first.status).toBe(201);
    const again = await ada.api('POST', '/people', { body: { name: 'byron' }, headers });
    expect(again.status).toBe(409);
    expect(again.body).not.toContain('#');
  });

  test('is named to a stranger by nothing: the same answer for a name that is taken and one that is not', async () => {
    const answers: string[] = [];
    for (const name of ['ada', 'nobody']) {
      const stranger = browser();
      await stranger.go('/sign-in');
      await stranger.submit('/sign-in', { name, password: 'something else entirely' });
      expect(stranger.last.status).toBe(422);
      answers.push(stranger.last.body.replaceAll(/value="[^"]*"/gu, ''));
    }
    expect(answers[0]).toBe(answers[1]);
  });
});
