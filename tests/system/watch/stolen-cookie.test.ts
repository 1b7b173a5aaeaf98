import type { AlertDetail, AlertView, Page } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { filesBelow } from '../../support/files.ts';
import { HoldfastProcess, type Answer } from '../../support/holdfast-process.ts';
import { makeOtherHosts, namespacesMissing, type OtherHost, type OtherHosts } from '../../support/namespaces.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

if (namespacesMissing !== null) process.emitWarning(namespacesMissing);

const PASSWORD = 'vier blaue Fahrräder im Regen';
const SOON = { timeout: 60_000, interval: 200 };
const START_TIMEOUT_MS = 240_000;

interface Client {
  readonly host: OtherHost;
  readonly agent: string;
  /** How its TLS differs from that of curl as it is. */
  readonly tls?: readonly string[];
}
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

describe.skipIf(namespacesMissing !== null)('a session on two networks', { timeout: START_TIMEOUT_MS }, () => {
  let folder = '';
  let networks: OtherHosts;
  let application: TestApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;
  const hostAt = (at: number): OtherHost => {
    const host = networks.hosts[at];
    if (host === undefined) throw new Error('assertion: as many were made');
    return host;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-stolen-'));
    networks = await makeOtherHosts(2);
    application = await startTestApplication();
    const config = join(folder, 'holdfast.yaml');
    const login = '{ mode: required }';
    writeFileSync(
      config,
      `applications:\n  - { id: shop, name: Shop, upstream: '${application.url}', mode: enforce, login: ${login} }\n`,
    );
    // No proxy in front: a visitor is whoever holds the other end of the connection.
    server = await HoldfastProcess.start({
      dataDir: join(folder, 'data'),
      args: ['--config', config, '--listen', `${networks.here}:0`],
      env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' },
    });
    admin = await createAdminClient(server, ['alert:read']);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    await networks[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One request by curl at that host, over a connection of its own. */
  async function curl({ host, agent, tls = [] }: Client, path: string, asked: Asked = {}): Promise<Answer> {
    const { port } = new URL(server.https);
    const { method = 'GET', headers = {}, body } = asked;
    const lines = Object.entries({ 'user-agent': agent, ...headers }).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const given = body === undefined ? [] : ['--data-binary', '@-'];
    const way = [
      '--noproxy',
      '*',
      '--cacert',
      join(server.dataDir, 'tls/ca.crt'),
      '--resolve',
      `localhost:${port}:${networks.here}`,
    ];
    const args = ['-q', '-sS', '-i', '--http1.1', '--max-time', '60', ...way, ...tls, '-X', method, ...lines, ...given];
    return readAnswer(await host.run('curl', [...args, `https://localhost:${port}${path}`], body));
  }
  const ask = async (client: Client, cookie: string): Promise<number> =>
    (await curl(client, '/orders', { headers: { cookie, accept: 'application/json' } })).status;

  /** Somebody who was invited and signs in there; the cookies of the session. */
  async function signIn(name: string, client: Client): Promise<string> {
    const { data } = await server.cli<{ link: string }>('user', 'invite', name, '--email', `${name}@example.com`);
    const { origin } = new URL(server.https.replace(networks.here, 'localhost'));
    const browser = new AdminBrowser(origin, server.ca(), '/.holdfast');
    const cookies = (): string => [...browser.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; ');
    browser.send = async (method, path, options) => {
      const { body, headers = {} } = options ?? {};
      const own: Record<string, string> = method === 'GET' ? {} : { origin, 'sec-fetch-site': 'same-origin' };
      const held: Record<string, string> = browser.cookies.size === 0 ? {} : { cookie: cookies() };
      const sent = { method, headers: { ...own, ...held, ...headers } };
      const answer = await curl(client, path, body === undefined ? sent : { ...sent, body });
      for (const line of answer.headers['set-cookie'] ?? []) keep(browser.cookies, line);
      return answer;
    };
    await browser.enrol(data.link, { password: PASSWORD });
    return cookies();
  }

  const hijacks = async (): Promise<readonly AlertView[]> =>
    // What the API answers is of these shapes (`packages/contract/src/api`).
    ((await admin.call('GET', '/api/v1/alerts?detector=B4')).body as Page<AlertView>).items;
  const detail = async (id: string): Promise<AlertDetail> =>
    (await admin.call('GET', `/api/v1/alerts/${id}`)).body as AlertDetail;
  const isToldOfEnd = (name: string): boolean =>
    [...filesBelow(join(folder, 'data', 'outbox'))]
      .map(({ bytes }) => bytes.toString('utf8'))
      .some((text) => text.includes(`To: ${name}@example.com`) && text.includes('You were signed out'));

  test('a cookie that is used from another one too is ended, and its owner told; his neighbours there are not', async () => {
    const owner: Client = { host: hostAt(0), agent: FIREFOX };
    const thief: Client = { host: hostAt(1), agent: 'curl/8.9.1', tls: ['--tls-max', '1.2'] };
    const neighbour: Client = { host: hostAt(1), agent: FIREFOX };
    const near: Client = {
      host: hostAt(0),
      agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0',
    };
    const ada = await signIn('ada', owner);
    const others = [
      { client: neighbour, cookie: await signIn('linus', neighbour) },
      { client: near, cookie: await signIn('mary', near) },
    ];
    expect(await ask(owner, ada)).toBe(200);
    for (const { client, cookie } of others) expect(await ask(client, cookie)).toBe(200);

    expect(await ask(thief, ada), 'with the stolen cookie').toBe(200);
    // The owner goes on, and so does the thief: three requests in turn, and more until the watch has seen them.
    await expect
      .poll(async () => {
        for (const client of [owner, thief]) await ask(client, ada);
        return (await hijacks()).length;
      }, SOON)
      .toBe(1);
    const [found] = await hijacks();
    if (found === undefined) throw new Error('assertion: it was there a moment ago');
    expect(found).toMatchObject({ application: 'shop', severity: 'critical', entity: { kind: 'session' } });
    const { entities, reason } = await detail(found.id);
    const addresses = entities.flatMap(({ kind, value }) => (kind === 'address' ? [value] : []));
    expect(addresses.toSorted()).toEqual(networks.hosts.map(({ address }) => address).toSorted());
    expect(reason).toContain('another TLS client');
    await expect.poll(() => ask(owner, ada), SOON).toBe(401);
    expect(await ask(thief, ada)).toBe(401);
    await expect.poll(() => isToldOfEnd('ada'), SOON).toBe(true);

    // One address is many people: only that session was meant.
    for (const { client, cookie } of others) expect(await ask(client, cookie)).toBe(200);
    expect([isToldOfEnd('linus'), isToldOfEnd('mary')]).toEqual([false, false]);
  });

  test('whoever goes to the other one with his device, and back, stays signed in', async () => {
    const before = (await hijacks()).length;
    const [home, away]: readonly Client[] = networks.hosts.map((host) => ({ host, agent: PHONE }));
    if (home === undefined || away === undefined) throw new Error('assertion: there are two');
    const grace = await signIn('grace', home);
    for (const client of [home, away, away, home]) expect(await ask(client, grace), client.host.address).toBe(200);
    // What came after it has been judged, so this has too.
    const other: Client = { ...home, agent: FIREFOX };
    const kim = await signIn('kim', other);
    await expect
      .poll(async () => {
        await ask({ ...away, agent: 'curl/8.9.1', tls: ['--tls-max', '1.2'] }, kim);
        await ask(other, kim);
        return (await hijacks()).length;
      }, SOON)
      .toBe(before + 1);
    expect(await ask(away, grace)).toBe(200);
    expect(isToldOfEnd('grace')).toBe(false);
  });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As `curl -i` writes it: what came before the last head was only on the way. */
function readAnswer(text: string): Omit<Answer, 'headers'> & { headers: Record<string, string> & { 'set-cookie'?: string[] } } {
  const [, head = '', body = ''] = /^(?:HTTP\/1\.1 1[\s\S]*?\r\n\r\n)*([\s\S]*?)\r\n\r\n([\s\S]*)$/u.exec(text) ?? [];
  const [first = '', ...lines] = head.split('\r\n');
  const pairs = lines.map(
    (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  const cookies = pairs.flatMap(([name, value]) => (name === 'set-cookie' ? [value] : []));
  const headers = Object.fromEntries(pairs.filter(([name]) => name !== 'set-cookie'));
  return { status: Number(first.split(' ')[1]), headers: Object.assign(headers, { 'set-cookie': cookies }), body };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  if (attributes.some((attribute) => /^\s*max-age=0$/iu.test(attribute))) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}
