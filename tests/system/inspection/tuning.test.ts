import type {
  EventView,
  Explanation,
  PromotionView,
  Simulation,
  SystemStatus,
  TuningCard,
  TuningInbox,
  TuningSuggestions,
} from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoldfastProcess, holdfast, type Answer } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const EFFECT_MS_MAX = 20_000;
/** Long enough for a kill and a new start within it. */
const CANARY_SECONDS = 12;
const HTML = 'body=%3Cimg%20src%3Dx%20onerror%3Dshow()%3E';
const QUERY = "note=x'%20UNION%20SELECT%20name%2C%20price%20FROM%20goods%20--%20";
const ATTACK = "/search?q=1'%20UNION%20SELECT%20password%20FROM%20users%20--%20";
const PEOPLE = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
const STRANGERS = Array.from({ length: 40 }, (_, index) => `203.0.113.${index + 1}`);

const folder = mkdtempSync(join(tmpdir(), 'hf-tuning-'));
const file = join(folder, 'holdfast.yaml');
let application: TestApplication;
let server: HoldfastProcess;

const start = (): Promise<HoldfastProcess> => HoldfastProcess.start({ dataDir: join(folder, 'data'), args: ['--config', file] });
beforeAll(async () => {
  application = await startTestApplication();
  // One proxy in front is believed, so that a test can be any client. JSON is YAML (YAML 1.2.2 §1.3).
  const shop = { id: 'shop', name: 'Shop', upstream: application.url };
  writeFileSync(file, JSON.stringify({ mode: 'monitor', trustedHops: 1, applications: [shop] }));
  server = await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await application[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const from = (address: string, path: string): Promise<Answer> => server.fetch(path, { headers: { 'x-forwarded-for': address } });
const post = (address: string, path: string, body: string): Promise<Answer> =>
  server.fetch(path, {
    method: 'POST',
    headers: { 'x-forwarded-for': address, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
const inbox = async (...args: string[]): Promise<TuningInbox> => (await server.cli<TuningInbox>('tune', 'inbox', ...args)).data;
const suggestions = async () => (await server.cli<TuningSuggestions>('tune', 'suggest')).data.suggestions;
const promotion = async (): Promise<PromotionView | undefined> => (await inbox()).promotions[0];
const recorded = async (type: string): Promise<EventView[]> =>
  (await server.cli<{ events: EventView[] }>('audit', 'tail', '--type', type)).data.events;
const eventually = (state: () => Promise<unknown>, timeout = EFFECT_MS_MAX) => expect.poll(state, { timeout, interval: 100 });
const blockedOf = async (addresses: readonly string[]): Promise<string[]> => {
  const answers = await Promise.all(addresses.map((address) => from(address, ATTACK)));
  return addresses.filter((_, index) => answers[index]?.status === 403);
};
/** Enough clean requests to be established, then work that trips a rule. */
async function work(address: string): Promise<void> {
  for (let count = 0; count < 22; count += 1) expect((await from(address, '/articles/4')).status).toBe(200);
  for (let count = 0; count < 3; count += 1) expect((await post(address, '/articles/4', HTML)).status).toBe(200);
}

// One story: each step stands on the one before.
describe('from monitor to enforce', { timeout: 120_000 }, () => {
  let card: TuningCard | undefined;

  it('the inbox tells the work of established clients from the attacks of a stranger', async () => {
    await Promise.all(PEOPLE.map((address) => work(address)));
    for (const path of ['/search', '/a', '/b', '/c', '/d']) await from('203.0.113.200', ATTACK.replace('/search', path));
    await eventually(async () => (await inbox()).cards.length).toBe(6);
    const { cards, readiness } = await inbox('--app', 'shop');
    [card] = cards;
    expect(card).toMatchObject({ group: 'xss', method: 'POST', route: '/articles/{}', parameter: 'body', requests: 9 });
    expect(card).toMatchObject({ clients: 3, establishedClients: 3, answeredShare: 1, verdict: 'legitimate', blocked: 0 });
    const attack = cards.find(({ route }) => route === '/search');
    expect(attack).toMatchObject({ group: 'sqli', clients: 1, establishedClients: 0, verdict: 'attack' });
    expect(readiness[0]).toMatchObject({ application: 'shop', ready: false });
    const text = await holdfast(['tune', 'inbox', '--data-dir', server.dataDir]);
    expect(text.stdout).toContain('looks legitimate because 3 established clients do it');
    expect(text.stdout).toContain('looks like an attack because');
    expect(text.stdout).toContain('6 open cards (wanted: 0): holdfast tune suggest');
    for (const address of [...PEOPLE, '203.0.113.200']) expect(text.stdout).not.toContain(address);
  });

  it('a simulation says that enforcing would touch people, and that the suggested exception spares them', async () => {
    const [first, ...others] = await suggestions();
    expect(first).toMatchObject({ action: 'except', card: { id: card?.id } });
    expect(others.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep', 'keep', 'keep']);
    const bare = await server.cli<Simulation>('tune', 'simulate', 'shop', '--mode', 'enforce');
    expect(bare.code).toBe(1);
    expect(bare.data).toMatchObject({ stopped: 14, stoppedClients: 4, touchedClients: 3 });
    const spared = await server.cli<Simulation>('tune', 'simulate', 'shop', '--mode', 'enforce', '--exception', card?.id ?? '');
    expect(spared.code).toBe(0);
    expect(spared.data).toMatchObject({ stopped: 5, stoppedClients: 1, touchedClients: 0, letThrough: 9 });
  });

  it('exceptions are made after asking, the rest is kept as attacks, and the inbox is empty', async () => {
    const apply = ['tune', 'suggest', '--apply', card?.id ?? '', '--reason', 'editors write HTML'];
    expect((await server.cli(...apply, '--dry-run')).data).toMatchObject({ dryRun: true });
    expect((await server.cli(...apply, '--no-input')).code).toBe(5);
    expect((await inbox()).cards).toHaveLength(6);
    expect((await server.cli(...apply, '--yes')).data).toMatchObject({
      exceptions: [{ route: '/articles/{}', rule: card?.rule }],
    });
    expect((await server.cli('tune', 'keep', '--suggested', '--yes')).code).toBe(0);
    expect((await inbox()).cards).toEqual([]);
    expect((await inbox('--state', 'all')).cards.map(({ state }) => state).toSorted()[5]).toBe('excepted');
  });

  it('a promotion is refused while too little was watched, and says so', async () => {
    const isGreen = (await server.cli('test', 'attack')).code === 0;
    const { code, data } = await server.cli<{ errors: { pointer: string }[] }>('tune', 'promote', 'shop', '--yes');
    expect(code).toBe(5);
    expect(data.errors.map(({ pointer }) => pointer)).toEqual([
      '/readiness/traffic',
      ...(isGreen ? [] : ['/readiness/self-test']),
    ]);
    expect((await inbox()).cards).toEqual([]);
  });

  it('a canary blocks a stable share of the clients and nobody who is excepted, and the record says canary', async () => {
    const args = ['--canary', '50%', '--for', `${CANARY_SECONDS}s`, '--force', '--yes', '--reason', 'trial'];
    const { code, data } = await server.cli<PromotionView>('tune', 'promote', 'shop', ...args);
    expect(code).toBe(0);
    expect(data).toMatchObject({ state: 'canary', share: 50, forced: true });
    await eventually(async () => (await blockedOf(STRANGERS)).length).toBeGreaterThan(8);
    const share = await blockedOf(STRANGERS);
    expect(share.length).toBeLessThan(32);
    expect(await blockedOf(STRANGERS)).toEqual(share);
    const refused = await from(share[0] ?? '', ATTACK);
    const told = await server.cli<Explanation>('explain', String(refused.headers['x-request-id']));
    expect(told.data).toMatchObject({ mode: 'canary', outcome: 'blocked' });
    for (const address of PEOPLE) expect((await post(address, '/articles/5', HTML)).status).toBe(200);
  });

  it('after kill -9 the promotion goes on, and everybody follows by itself', async () => {
    await server.kill('SIGKILL');
    server = await start();
    await eventually(async () => (await promotion())?.state, CANARY_SECONDS * 1000 + EFFECT_MS_MAX).toBe('full');
    await eventually(async () => (await blockedOf(STRANGERS)).length).toBe(STRANGERS.length);
    for (const address of PEOPLE) expect((await post(address, '/articles/6', HTML)).status).toBe(200);
  });

  it('when established clients are blocked it goes back by itself, and status, inbox and ledger say why', async () => {
    for (const address of PEOPLE) for (let count = 0; count < 3; count += 1) await post(address, '/notes', QUERY);
    await eventually(async () => (await promotion())?.state).toBe('rolled-back');
    await eventually(async () => (await blockedOf(STRANGERS)).length).toBe(0);
    expect((await post(PEOPLE[0] ?? '', '/notes', QUERY)).status).toBe(200);
    const { data } = await server.cli<SystemStatus>('status');
    expect(data.applications[0]).toMatchObject({ id: 'shop', mode: 'monitor' });
    expect(data.promotions[0]?.why).toMatch(/\d established clients? were blocked in 15 minutes/u);
    const told = await Promise.all(['promoted', 'advanced', 'rolled-back'].map((what) => recorded(`tuning.${what}`)));
    expect(told.map((events) => events.length)).toEqual([1, 1, 1]);
    expect(told[2]?.[0]?.payload).toMatchObject({ cause: 'established-clients-blocked', establishedClients: expect.any(Number) });
    expect((await inbox()).cards[0]).toMatchObject({ route: '/notes', establishedClients: 3, blocked: 9 });
  });

  it('a promotion of one class is undone by hand in one line, and twice is refused', async () => {
    const args = ['--group', 'sqli', '--canary', '100%', '--force', '--yes'];
    expect((await server.cli('tune', 'promote', 'shop', ...args)).code).toBe(0);
    await eventually(async () => (await blockedOf(STRANGERS)).length).toBe(STRANGERS.length);
    expect((await post('203.0.113.9', '/other', HTML)).status).toBe(200);
    expect((await server.cli('tune', 'rollback', 'shop', '--reason', 'checkout is refused')).data).toMatchObject({
      state: 'undone',
    });
    await eventually(async () => (await blockedOf(STRANGERS)).length).toBe(0);
    expect((await server.cli('tune', 'rollback', 'shop')).code).toBe(1);
  });
});
