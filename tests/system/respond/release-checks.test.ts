import type { ActionView, AlertView, EventView, IncidentDetail, IsolatedView, Page, ReleaseCheck } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

const SOON = { timeout: 60_000, interval: 200 };
const THIEF = '203.0.113.66';
const NEIGHBOUR = '198.51.100.5';
const SECRET = 'shop/production/API_KEY';
const ATTACK = `/search?${new URLSearchParams({ q: "1' UNION SELECT name, password FROM users -- " }).toString()}`;
const HONEST = '/search?q=green+tea';
const PATCH = {
  application: 'shop',
  method: 'GET',
  route: '/search',
  location: 'query',
  parameter: 'q',
  match: { kind: 'attack', groups: ['sqli'], confidence: 0.6 },
  finding: null,
  days: 7,
};

describe('what was cut off because of an attack', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-release-'));
  let shop: Server;
  let shopPort = 0;
  let server: HoldfastProcess;
  let ada: AdminBrowser;
  let incident = '';
  let isolation = '';

  const openShop = async (): Promise<void> => {
    shop = createServer((incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end('tea')));
    await new Promise<void>((done) => void shop.listen(shopPort, '127.0.0.1', done));
    // A TCP server that listens has an address object.
    shopPort = (shop.address() as AddressInfo).port;
  };
  const closeShop = (): Promise<void> => {
    shop.closeAllConnections();
    return new Promise((done) => void shop.close(() => done()));
  };
  beforeAll(async () => {
    await openShop();
    const file = join(folder, 'holdfast.yaml');
    const application = `{ id: shop, name: Shop, upstream: "http://127.0.0.1:${shopPort}", mode: monitor }`;
    // Nothing is done by itself: what people do, and what is left undone, is looked at here.
    writeFileSync(file, `trustedHops: 1\nwatch: { answers: off }\napplications:\n  - ${application}\n`);
    const args = ['--config', file, '--listen', 'http://127.0.0.1:0'];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
    ada = new AdminBrowser(server.admin, server.ca());
    const { data } = await server.cli<{ link: string }>('admin', 'setup-link');
    await ada.enrol(data.link, { name: 'ada', password: 'vier blaue Fahrräder im Regen' });
    await ada.confirm();
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await closeShop();
    rmSync(folder, { recursive: true, force: true });
  });

  function send(path: string, from = NEIGHBOUR): Promise<number> {
    const headers = { host: 'shop.example', 'x-forwarded-for': from };
    const port = Number(new URL(server.plain).port);
    return new Promise((done, failed) => {
      const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false }, (incoming) => {
        incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
      });
      outgoing.on('error', failed).end();
    });
  }
  async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await hostCall(server, method, `/api/v1${path}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    // The caller names what the contract says of this address.
    return answer.body as Body;
  }
  const agree = async (id: string): Promise<ActionView> => {
    const answer = await ada.api('POST', `/actions/${id}/approve`, { body: { reason: 'I have seen it' } });
    expect(answer.status, answer.body).toBe(200);
    return answer.data as unknown as ActionView;
  };
  const ask = (action: string, parameters: object): Promise<ActionView> =>
    call<ActionView>('POST', '/actions', { action, parameters, incident, reason: 'an attack' });
  const isolate = async (): Promise<string> => {
    const { data, stderr } = await server.cli<ActionView>('isolate', 'shop', '--incident', incident, '--reason', 'an attack');
    expect(data.state, stderr).toBe('waiting');
    expect((await agree(data.id)).state).toBe('effective');
    return data.id;
  };
  const ended = async (): Promise<readonly EventView[]> =>
    (await call<Page<EventView>>('GET', '/events?type=isolation.ended')).items;
  type Looked = Readonly<Record<ReleaseCheck['name'], ReleaseCheck['state']>>;
  const statesOf = (checks: readonly ReleaseCheck[] = []): Looked =>
    // One of each, by their contract.
    Object.fromEntries(checks.map(({ name, state }) => [name, state])) as Looked;
  const look = async (): Promise<Looked> => {
    const { data } = await server.cli<{ isolations: { checks: ReleaseCheck[] }[] }>('release', isolation, '--check');
    return statesOf(data.isolations[0]?.checks);
  };

  test('belongs to the incident that its alert opened', async () => {
    expect(await send(HONEST)).toBe(200);
    expect(await send(ATTACK, THIEF)).toBe(200);
    const alert = async (): Promise<AlertView | undefined> =>
      (await call<Page<AlertView>>('GET', `/alerts?entity=${THIEF}&state=all`)).items[0];
    await expect.poll(alert, SOON).toBeDefined();
    const body = { title: 'somebody reads the passwords', application: 'shop', alerts: [(await alert())?.id ?? ''] };
    incident = (await call<IncidentDetail>('POST', '/incidents', body)).id;
    isolation = await isolate();
    expect(await send(HONEST)).toBe(503);
  });

  test('is held back while the attack still gets through and nothing is preserved, and each reason is named', async () => {
    const held = await holdfast(['release', isolation, '--reason', 'let us see', '--data-dir', server.dataDir]);
    expect(held.code).toBe(1);
    expect(held.stdout).toMatch(/^not released: shop$/mu);
    expect(held.stdout).toMatch(/retest: failed \(not refused: sqli at GET \/search\)/u);
    expect(held.stdout).toMatch(/evidence: failed \(nothing of it is preserved yet\)/u);
    expect(held.stdout).toContain(`holdfast release ${isolation} --force`);
    expect(await look()).toEqual({ health: 'passed', retest: 'failed', secrets: 'passed', evidence: 'failed' });
    expect(await send(HONEST)).toBe(503);
    const asked = await hostCall(server, 'POST', `/api/v1/isolations/${isolation}/release`, { reason: 'let us see' });
    expect(asked).toMatchObject({ status: 200, body: { released: false } });
  });

  test('passes the retest once the hole is closed', async () => {
    const { id, state } = await ask('virtual-patch', { patch: PATCH });
    if (state === 'waiting') await agree(id);
    expect((await call<ActionView>('GET', `/actions/${id}`)).state).toBe('effective');
    expect(await look()).toMatchObject({ retest: 'passed', evidence: 'failed' });
    // Only what stood in for the attack was sent: nothing of it has reached anybody.
    expect(await send(HONEST)).toBe(503);
  });

  test('waits for the secrets that were to be rotated', async () => {
    expect((await server.cli('secret', 'set', SECRET, '--generate', '32')).code).toBe(0);
    expect((await server.cli('secret', 'rotation', 'set', SECRET, '--rotator', 'random')).code).toBe(0);
    const { id, state } = await ask('rotate-secret', { secret: SECRET });
    expect(state).toBe('waiting');
    expect((await look()).secrets).toBe('failed');
    expect((await agree(id)).state).toBe('done');
    expect((await look()).secrets).toBe('passed');
  });

  test('waits for evidence', async () => {
    expect((await ask('preserve-evidence', { hours: 1 })).state).toBe('done');
    expect((await look()).evidence).toBe('passed');
  });

  test('waits for an application that lives; let go all the same, the ledger says what failed, and why it went', async () => {
    await closeShop();
    expect((await look()).health).toBe('failed');
    const held = await server.cli<{ isolations: { released: boolean }[] }>('release', 'shop', '--reason', 'let us see');
    expect([held.code, held.data.isolations[0]?.released]).toEqual([1, false]);
    const forced = await server.cli('release', 'shop', '--force', '--reason', 'it is started from outside');
    expect(forced.code, forced.stdout).toBe(0);
    await expect.poll(ended, SOON).toMatchObject([
      {
        reason: 'it is started from outside',
        target: isolation,
        payload: {
          cause: 'forced',
          checks: ['health: failed', 'retest: passed', 'secrets: passed', 'evidence: passed'],
        },
      },
    ]);
    const index = async (): Promise<number | null | undefined> => (await ended())[0]?.index;
    await expect.poll(index, SOON).toEqual(expect.any(Number));
    const proved = async (): Promise<number | null> => (await server.cli('audit', 'prove', String(await index()))).code;
    await expect.poll(proved, SOON).toBe(0);
    await openShop();
    expect(await send(HONEST)).toBe(200);
    expect(await send(ATTACK, THIEF)).toBe(403);
  });

  test('goes without force when nothing failed', async () => {
    isolation = await isolate();
    const released = await server.cli<{ isolations: { released: boolean; checks: ReleaseCheck[] }[] }>(
      'release',
      isolation,
      '--reason',
      'repaired in 2.4.1',
    );
    expect(released.code, released.stdout).toBe(0);
    expect(statesOf(released.data.isolations[0]?.checks)).toEqual({
      health: 'passed',
      retest: 'passed',
      secrets: 'passed',
      evidence: 'passed',
    });
    expect(await send(HONEST)).toBe(200);
    expect((await server.cli<{ isolations: IsolatedView[] }>('isolate', 'list')).data.isolations).toEqual([]);
    await expect.poll(async () => (await ended()).map(({ payload }) => payload['cause']), SOON).toEqual(['released', 'forced']);
  });
});
