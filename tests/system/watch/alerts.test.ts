import type { AlertDetail, AlertView, EventView, Page } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sortedJson } from '../../../packages/server/src/domains/applications/index.ts';
import { connectAdmin, type AdminAnswer } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startLoginApplication, type LoginApplication } from '../../support/login-application.ts';

const PERMISSIONS = ['alert:read', 'alert:write', 'ban:read', 'event:read', 'audit:read'];
const SOON = { timeout: 30_000, interval: 100 };
const THIEF = '198.51.100.66';
const NEIGHBOUR = '198.51.100.67';
const ALLOWED = '203.0.113.200';
/** More accounts than an office has, in one go. */
const ACCOUNTS = 26;

describe('alerts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-alerts-'));
  const dataDir = join(folder, 'data');
  let application: LoginApplication;
  let server: HoldfastProcess;
  let token = '';

  const start = async (): Promise<void> => {
    server = await HoldfastProcess.start({
      dataDir,
      args: ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0'],
    });
  };
  beforeAll(async () => {
    application = await startLoginApplication();
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      `trustedHops: 1
bans: { allow: [${ALLOWED}] }
applications:
  - id: shop
    name: Shop
    upstream: ${application.url}
    mode: enforce
    signIn:
      observers:
        - { path: /login, accountField: name, failure: { statuses: [401] } }
`,
    );
    await start();
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'watcher', '--permission', ...PERMISSIONS);
    ({ token } = created.data);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Sent {
    /** Null = without a proxy in front: from this machine. */
    readonly from: string | null;
    readonly method?: string;
    readonly body?: string;
  }
  function send(path: string, { from, method = 'GET', body = '' }: Sent): Promise<number> {
    const headers = {
      host: 'shop.example',
      ...(from === null ? {} : { 'x-forwarded-for': from }),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    };
    const port = Number(new URL(server.plain).port);
    return new Promise((done, failed) => {
      const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (incoming) => {
        incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
      });
      outgoing.on('error', failed);
      outgoing.end(body);
    });
  }
  /** A list of stolen passwords, tried from one address. */
  async function stuff(from: string | null): Promise<void> {
    for (let count = 0; count < ACCOUNTS; count += 1)
      await send('/login', { from, method: 'POST', body: `name=user${count}&password=stolen${count}` });
  }
  /** Each call on a connection of its own: commands take seconds in between, and an idle one may be closed meanwhile. */
  async function call(method: string, path: string, body?: object): Promise<AdminAnswer> {
    using client = connectAdmin(server, token);
    return await client.call(method, path, body);
  }
  async function get<Body>(path: string): Promise<Body> {
    const { status, body } = await call('GET', `/api/v1/${path}`);
    expect(status, path).toBe(200);
    // The API answers by its schemas.
    return body as Body;
  }
  const alerts = async (query: string): Promise<readonly AlertView[]> => (await get<Page<AlertView>>(`alerts?${query}`)).items;
  async function alertAbout(value: string, isIt: (alert: AlertView) => boolean): Promise<AlertDetail> {
    const find = async (): Promise<AlertView | undefined> => (await alerts(`entity=${value}&state=all`)).find(isIt);
    await expect.poll(find, SOON).toBeDefined();
    return get<AlertDetail>(`alerts/${(await find())?.id ?? ''}`);
  }

  /** A record can be proved once a signed head covers it. */
  const expectProved = async (index: number | null): Promise<void> =>
    expect.poll(async () => (await server.cli('audit', 'prove', String(index))).code, SOON).toBe(0);

  test('lead from an attack through the gateway to every event behind it, each proved', async () => {
    const from = '198.51.100.10';
    await send('/x?file=../../../../etc/passwd', { from });
    const blocked = await alertAbout(from, ({ kind }) => kind === 'rule');
    const index = async (): Promise<unknown> => (await get<AlertDetail>(`alerts/${blocked.id}`)).evidence[0]?.index;
    await expect.poll(index, SOON).toEqual(expect.any(Number));
    const shown = await get<AlertDetail>(`alerts/${blocked.id}`);
    await expectProved(shown.index);
    await expectProved(shown.evidence[0]?.index ?? null);
  });

  test('prove a plain allowed request, which is no record, by the hash in their own record', async () => {
    const from = '198.51.100.11';
    expect(await send('/site.zip', { from })).toBe(200);
    const alert = await alertAbout(from, ({ kind }) => kind === 'rule');
    const [evidence] = alert.evidence;
    expect(evidence).toMatchObject({ index: null, hash: expect.stringMatching(/^[0-9a-f]{64}$/u) });
    const { items } = await get<Page<EventView>>('events?type=alert.opened&limit=200');
    const record = items.find(({ index }) => index === alert.index);
    expect(record?.payload['evidence']).toEqual([{ event: evidence?.event, hash: evidence?.hash }]);
    await expectProved(alert.index);
    // The ledger remembers the latest of them in memory: whoever has the event can recompute the hash.
    const { items: seen } = await get<Page<EventView>>(`events?outcome=allowed&requestId=${evidence?.requestId ?? ''}`);
    const [{ index: _index, ...judged } = { index: null }] = seen;
    expect(createHash('sha256').update(sortedJson(judged)).digest('hex')).toBe(evidence?.hash);
  });

  test('are worked on from the command line, each step by somebody', async () => {
    const { id } = await alertAbout('198.51.100.10', ({ kind }) => kind === 'rule');
    const run = async (...words: string[]): Promise<AlertDetail> => {
      const { code, data, stderr } = await server.cli<AlertDetail>('alert', ...words);
      expect(code, stderr).toBe(0);
      return data;
    };
    expect(await run('ack', id)).toMatchObject({ state: 'acknowledged' });
    expect(await run('close', id, '--verdict', 'benign', '--reason', 'a check of ours')).toMatchObject({ state: 'closed' });
    expect((await server.cli('alert', 'ack', id)).code).not.toBe(0);
    const open = await run('reopen', id, '--reason', 'it was not');
    expect(open.steps.map(({ what }) => what)).toEqual(['opened', 'acknowledged', 'closed', 'reopened']);
  });

  test('of a suppressed kind are kept and not told; others are', async () => {
    const about = { kind: 'address', value: '198.51.100.12' };
    const made = await call('POST', '/api/v1/alerts/suppressions', {
      entity: about,
      days: 1,
      reason: 'the scanner of the audit',
    });
    expect(made.status).toBe(201);
    await send('/.env', { from: about.value });
    expect(await alertAbout(about.value, () => true)).toMatchObject({ state: 'suppressed' });
    await send('/.env', { from: '198.51.100.13' });
    expect(await alertAbout('198.51.100.13', () => true)).toMatchObject({ state: 'new' });
  });

  test('ban whoever tries stolen passwords, inline and for an hour, and nobody beside them', async () => {
    await stuff(THIEF);
    await expect.poll(() => send('/', { from: THIEF }), SOON).toBe(403);
    expect(await send('/', { from: NEIGHBOUR })).toBe(200);
    const { answered } = await alertAbout(THIEF, ({ detector, answered: done }) => detector === 'B1' && done.length > 0);
    expect(answered).toContainEqual(expect.objectContaining({ answer: 'ban', outcome: 'done' }));
    const { items: bans } = await get<Page<{ prefix: string; expiresAt: number | null }>>(`bans?address=${THIEF}`);
    expect(bans).toMatchObject([{ prefix: THIEF, expiresAt: expect.any(Number) }]);
    expect((await server.cli('ban', 'remove', THIEF)).code).toBe(0);
    await expect.poll(() => send('/', { from: THIEF }), SOON).toBe(200);
  });

  test.each([
    ['is on the allow-list', ALLOWED, ALLOWED],
    ['is this machine', null, '127.0.0.1'],
  ])('never ban who %s', async (_why, from, value) => {
    await stuff(from);
    const { answered } = await alertAbout(value, ({ detector, answered: done }) => detector === 'B1' && done.length > 0);
    expect(answered).toMatchObject([{ answer: 'ban', outcome: 'refused' }]);
    expect(await send('/', { from })).toBe(200);
  });

  test('outlive a restart, and count no detection twice', async () => {
    const before = await alerts('state=all&limit=200');
    await server.kill('SIGTERM');
    await start();
    const after = await alerts('state=all&limit=200');
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    // Of the first attack, which is long over: others may still have been counted while the process ended.
    const first = (list: readonly AlertView[]) =>
      list.filter(({ entity }) => entity.value === '198.51.100.10').map(({ id, times }) => [id, times]);
    expect(first(after)).toEqual(first(before));
  });
});
