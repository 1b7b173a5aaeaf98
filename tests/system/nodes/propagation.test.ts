import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { holdfast, type HoldfastProcess } from '../../support/holdfast-process.ts';
import { postgresMissing } from '../../support/postgres-cluster.ts';
import { environmentOf, PASSWORD, startTwoNodes, type TwoNodes } from '../../support/two-nodes.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

if (postgresMissing !== null) console.warn(postgresMissing);

/** Below what a gateway remembers a session for: what arrives within it was told, not found out. */
const TOLD = { timeout: 8000, interval: 20 };
/** Above that, for a slow machine: ten seconds of memory and the time of the test itself. */
const FOUND_OUT = { timeout: 25_000, interval: 200 };
const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";
const API = { accept: 'application/json' };

const folder = mkdtempSync(join(tmpdir(), 'hf-nodes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(postgresMissing !== null)('two nodes on one database', () => {
  let nodes: TwoNodes;
  let ann: AdminBrowser;
  beforeAll(async () => {
    // She attacks from many places, and has to stay signed in all the same.
    nodes = await startTwoNodes(['--login', 'required'], { HOLDFAST_WATCH__ANSWERS: 'off' });
    ann = await nodes.enrol(nodes.a, 'ann');
  }, 120_000);
  afterAll(() => nodes[Symbol.asyncDispose]());

  /** The same cookies at the other door. */
  const at = (node: HoldfastProcess, who: AdminBrowser): AdminBrowser => {
    const browser = nodes.visitor(node);
    for (const [name, value] of who.cookies) browser.cookies.set(name, value);
    return browser;
  };
  const statusAt = async (node: HoldfastProcess, who: AdminBrowser): Promise<number> =>
    (await at(node, who).send('GET', '/orders', { headers: API })).status;
  const attackAt = async (node: HoldfastProcess, who: AdminBrowser): Promise<number> =>
    (await at(node, who).send('GET', ATTACK, { headers: API })).status;
  const signIn = async (node: HoldfastProcess, ahead: number): Promise<AdminBrowser> => {
    const browser = nodes.visitor(node);
    await browser.go('/.holdfast/login');
    await browser.submit('/.holdfast/login', { name: 'ann', password: PASSWORD });
    await browser.submit('/.holdfast/totp', { code: totp(ann.secret, ahead) });
    return browser;
  };

  test('who signed in at one is signed in at the other, with one identity that one list of keys proves', async () => {
    expect(await statusAt(nodes.a, ann)).toBe(200);
    expect(await statusAt(nodes.b, ann)).toBe(200);
    const sent = nodes.echo.seen.at(-1)?.headers.find(([name]) => name.toLowerCase() === 'x-holdfast-jwt-assertion');
    const assertion = sent?.[1] ?? '';
    const { body } = await nodes.a.fetch('/.well-known/holdfast/jwks.json');
    const [, part = ''] = assertion.split('.');
    const { iss } = JSON.parse(Buffer.from(part, 'base64url').toString()) as { iss: string };
    const { payload } = verifyAssertion(assertion, JSON.parse(body) as KeyList, { issuer: iss, audience: 'app' });
    expect(payload['name']).toBe('ann');
    expect(iss).toContain(new URL(nodes.b.https).port);
  });

  test('a ban, a mode and an application of one hold at the other', async () => {
    const from = async (address: string): Promise<number> =>
      (await at(nodes.b, ann).send('GET', '/', { headers: { ...API, 'x-forwarded-for': address } })).status;
    expect(await from('203.0.113.9')).toBe(200);
    expect((await nodes.a.cli('ban', 'add', '203.0.113.0/24')).code).toBe(0);
    await expect.poll(() => from('203.0.113.9'), TOLD).toBe(403);
    expect(await from('198.51.100.1')).toBe(200);
    expect((await nodes.b.cli('ban', 'remove', '203.0.113.0/24')).code).toBe(0);
    await expect.poll(() => from('203.0.113.9'), TOLD).toBe(200);

    expect(await attackAt(nodes.b, ann)).toBe(200);
    expect((await nodes.a.cli('app', 'mode', 'app', 'enforce', '--yes')).code).toBe(0);
    await expect.poll(() => attackAt(nodes.b, ann), TOLD).toBe(403);
    expect((await nodes.b.cli('app', 'mode', 'app', 'monitor')).code).toBe(0);
    await expect.poll(() => attackAt(nodes.a, ann), TOLD).toBe(200);

    expect((await nodes.a.cli('app', 'add', 'second', '--to', nodes.echo.url, '--host', 'second.test')).code).toBe(0);
    const hosts = async (): Promise<number> =>
      (await at(nodes.b, ann).send('GET', '/', { headers: { ...API, host: 'second.test' } })).status;
    // Served without a sign-in: it is another application.
    await expect.poll(hosts, TOLD).toBe(200);
    const digest = async (node: HoldfastProcess): Promise<string> =>
      (await node.cli<{ snapshot: { digest: string } }>('status')).data.snapshot.digest;
    expect(await digest(nodes.b)).toBe(await digest(nodes.a));
  });

  test('an access policy of one decides at the other; an invalid one changes neither', async () => {
    const file = join(folder, 'orders.cedar');
    const at = async (node: HoldfastProcess, path: string): Promise<number> => (await node.fetch(path, second)).status;
    const second = { headers: { ...API, host: 'second.test' } };
    expect(await at(nodes.b, '/orders')).toBe(200);
    writeFileSync(
      file,
      '@id("all") permit(principal, action, resource); @id("no-orders") forbid(principal, action, resource in Route::"/orders/*");',
    );
    expect((await nodes.a.cli('policy', 'mode', 'second', 'enforce', '--yes')).code).toBe(0);
    expect((await nodes.a.cli('policy', 'accept', 'second', '--file', file, '--yes', '--reason', 'a test')).code).toBe(0);
    await expect.poll(() => at(nodes.b, '/orders'), TOLD).toBe(403);
    expect([await at(nodes.b, '/'), await at(nodes.a, '/orders')]).toEqual([200, 403]);
    writeFileSync(file, 'permit(principal, action, resource) when { context.nothing == 1 };');
    expect((await nodes.b.cli('policy', 'accept', 'second', '--file', file, '--yes', '--reason', 'a test')).code).not.toBe(0);
    expect([await at(nodes.a, '/orders'), await at(nodes.b, '/')]).toEqual([403, 200]);
    expect((await nodes.b.cli('policy', 'withdraw', 'second', '--yes')).code).toBe(0);
    await expect.poll(() => at(nodes.a, '/orders'), TOLD).toBe(200);
  });

  test('a session revoked at one is refused at the other within a second', async () => {
    const session = await signIn(nodes.a, 1);
    expect(await statusAt(nodes.b, session)).toBe(200);
    expect((await nodes.a.cli('session', 'revoke', '--user', 'ann')).code).toBe(0);
    await expect.poll(() => statusAt(nodes.b, session), TOLD).toBe(401);
    expect(await statusAt(nodes.a, session)).toBe(401);
  });

  test('an administrator who confirmed at one is confirmed at the other, and the token of before is dead at both', async () => {
    const ada = new AdminBrowser(nodes.a.admin, nodes.a.ca());
    const { data } = await nodes.a.cli<{ link: string }>('admin', 'setup-link');
    await ada.go('/setup');
    await ada.submit('/setup', { token: new URL(data.link).hash.slice(1) });
    await ada.submit('/setup', { name: 'ada', password: PASSWORD, again: PASSWORD });
    await ada.enrolTotp();
    const there = (): AdminBrowser => {
      const browser = new AdminBrowser(nodes.b.admin, nodes.b.ca());
      for (const [name, value] of ada.cookies) browser.cookies.set(name, value);
      return browser;
    };
    const before = there();
    expect((await before.api('GET', '/me')).data).toMatchObject({ name: 'ada', session: { elevatedUntil: null } });
    await ada.confirm();
    expect((await there().api('GET', '/me')).data).toMatchObject({ session: { elevatedUntil: expect.any(Number) } });
    expect((await before.api('GET', '/me')).status).toBe(401);
    expect((await there().api('POST', '/people', { body: { name: 'grace', role: 'analyst' } })).status).toBe(201);
    // Who was invited there is somebody here.
    expect((await ada.api('GET', '/people/grace')).data).toMatchObject({ name: 'grace' });
  });

  test('with the line between them cut, both find out by themselves, and say that it is cut', async () => {
    const cut = await nodes.enrol(nodes.a, 'cut');
    nodes.proxy.cutLine();
    const reasons = async (): Promise<string> =>
      (await nodes.b.cli<{ health: { reasons: string[] } }>('status')).data.health.reasons.join();
    await expect.poll(reasons, FOUND_OUT).toContain('the line to the other nodes is cut');
    expect(await statusAt(nodes.b, cut)).toBe(200);
    expect((await nodes.a.cli('session', 'revoke', '--user', 'cut')).code).toBe(0);
    expect(await statusAt(nodes.a, cut)).toBe(401);
    await expect.poll(() => statusAt(nodes.b, cut), FOUND_OUT).toBe(401);

    const dan = await nodes.enrol(nodes.b, 'dan');
    expect(await attackAt(nodes.b, dan)).toBe(200);
    expect((await nodes.a.cli('app', 'mode', 'app', 'enforce', '--yes')).code).toBe(0);
    await expect.poll(() => attackAt(nodes.b, dan), FOUND_OUT).toBe(403);
    nodes.proxy.mend();
    await expect.poll(reasons, FOUND_OUT).toBe('');
  });

  test('without its database a node goes on with the last policy and says so; the other one notices nothing', async () => {
    nodes.proxy.cutAll();
    const ready = async () => {
      const answer = await new AdminBrowser(nodes.b.admin, nodes.b.ca()).send('GET', '/-/ready');
      return { status: answer.status, body: answer.body };
    };
    await expect.poll(async () => (await ready()).body, FOUND_OUT).toContain('the database is away');
    expect((await ready()).status).toBe(200);
    const { data } = await nodes.b.cli<{ applications: { id: string; mode: string }[] }>('status');
    expect(data.applications.map(({ id, mode }) => [id, mode])).toContainEqual(['app', 'enforce']);
    const second = (node: HoldfastProcess) => node.fetch(ATTACK, { headers: { ...API, host: 'second.test' } });
    expect((await nodes.b.fetch('/', { headers: { ...API, host: 'second.test' } })).status).toBe(200);
    expect((await second(nodes.b)).status).toBe((await second(nodes.a)).status);
    // Who somebody is cannot be said now: neither a stranger's answer nor anybody's.
    expect((await nodes.b.fetch('/', { headers: { ...API, cookie: `__Host-holdfast=${'A'.repeat(43)}` } })).status).toBe(503);
    expect((await nodes.a.cli('ban', 'add', '203.0.113.77')).code).toBe(0);
    nodes.proxy.mend();
    await expect.poll(async () => (await ready()).body, FOUND_OUT).toContain('"reasons":[]');
    const banned = async (): Promise<number> =>
      (await nodes.b.fetch('/', { headers: { ...API, host: 'second.test', 'x-forwarded-for': '203.0.113.77' } })).status;
    await expect.poll(banned, FOUND_OUT).toBe(403);
  });

  test('what a command does on a node that is down holds at the others; killed, it comes back under its name', async () => {
    const from = async (address: string): Promise<number> =>
      (await nodes.a.fetch('/', { headers: { ...API, host: 'second.test', 'x-forwarded-for': address } })).status;
    expect(await from('203.0.113.99')).toBe(200);
    await nodes.restart(async () => {
      const env = environmentOf(nodes.cluster.url, 'node-b');
      const ran = await holdfast(['ban', 'add', '203.0.113.99', '--data-dir', nodes.b.dataDir], { env });
      expect(ran.code, ran.stderr).toBe(0);
      await expect.poll(() => from('203.0.113.99'), FOUND_OUT).toBe(403);
    });
    const { data } = await nodes.b.cli<{ node: string; health: { reasons: string[] } }>('status');
    expect([data.node, data.health.reasons]).toEqual(['node-b', []]);
    expect((await nodes.b.cli('audit', 'verify')).code).toBe(0);
  });
});
