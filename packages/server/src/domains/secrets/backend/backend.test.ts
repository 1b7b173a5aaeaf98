import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import { createRotations } from '../rotation/create-rotations.ts';
import { at, calling, HOST, openTestSecrets, person, type TestSecrets } from '../test-secrets.ts';
import { openBackend, type SecretsBackend } from './create-backend.ts';

const TOKEN = 'hvs.a-token-of-the-test';
const KEY = at('API_KEY');
const WHEN = '2026-01-02T03:04:05.123456789Z';
const LONG_AGO = { created_time: '2001-01-01T00:00:00Z', deletion_time: '', destroyed: false };
const DATA = '/v1/team/kv/data/shop/production/API_KEY';
const METADATA = '/v1/team/kv/metadata/shop/production/API_KEY';

interface Asked {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}
interface Answered {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What it is asked, and what it answers: `METHOD path` -> answer; everything else is 404. */
const asked: Asked[] = [];
const answers = new Map<string, Answered>();
let server: Server;
let own: TestSecrets;
let backend: SecretsBackend;

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method, url = '', headers } = incoming;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status = 200, body, headers: more = {} } = answers.get(`${method} ${url}`) ?? { status: 404, body: { errors: [] } };
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
      outgoing.writeHead(status, { 'content-type': 'application/json', ...more }).end(status === 204 ? undefined : text);
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
  own = await openTestSecrets();
  const url = `http://127.0.0.1:${address.port}/`;
  const settings = { url, mount: 'team/kv', token: 'env:OUTSIDE', namespace: 'ours', caFile: null };
  const { platform, keyring, applications } = own;
  const parts = { ...platform, log: silentLog, keyring, applications, environment: { OUTSIDE: TOKEN } };
  backend = openBackend(settings, own.gate, parts);
}, 60_000);
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const value = (custom: object | null = null) => ({
  data: { data: { value: 'outside-value' }, metadata: { created_time: WHEN, version: 2, custom_metadata: custom } },
});
const facts = (custom: object | null = null) => ({
  data: {
    created_time: WHEN,
    updated_time: WHEN,
    current_version: 2,
    max_versions: 0,
    custom_metadata: custom,
    versions: {
      1: { created_time: WHEN, deletion_time: WHEN, destroyed: false },
      2: { created_time: WHEN, deletion_time: '', destroyed: false },
    },
  },
});
beforeEach(() => {
  own.platform.failRecording(false);
  asked.length = 0;
  answers.clear();
  answers.set(`GET ${DATA}`, { body: value() });
  answers.set(`GET ${METADATA}`, { body: facts() });
  answers.set(`POST ${DATA}`, { body: { data: { version: 3 } } });
  answers.set(`POST ${METADATA}`, { status: 204 });
});

const refusalOf = (work: Promise<unknown>): Promise<{ code: string; text: string }> =>
  work.then(
    () => ({ code: 'nothing was refused', text: '' }),
    (error: unknown) => ({
      code: isRefusal(error) ? error.code : `a defect: ${String(error)}`,
      text: JSON.stringify(error) + String(error),
    }),
  );
const lines = (): string[] => asked.map(({ method, url }) => `${method} ${url}`);

describe('secrets on another server', () => {
  test('are given to those who may; who may not is refused before the server is asked', async () => {
    expect(await refusalOf(backend.secrets.read(KEY, calling(person(null))))).toMatchObject({ code: 'access-denied' });
    expect(await refusalOf(backend.secrets.write(KEY, { data: {} }, calling(person(null))))).toMatchObject({
      code: 'access-denied',
    });
    expect(asked).toEqual([]);
    expect(await backend.secrets.read(KEY, HOST)).toMatchObject({ ...KEY, version: 2, data: { value: 'outside-value' } });
    expect(lines()).toEqual([`GET ${DATA}`]);
    expect(asked[0]?.headers).toMatchObject({ 'x-vault-token': TOKEN, 'x-vault-namespace': 'ours', 'x-vault-request': 'true' });
  });

  test('are not read and not changed without a record', async () => {
    own.platform.failRecording(true);
    expect(await refusalOf(backend.secrets.read(KEY, HOST))).toMatchObject({ code: 'audit-unavailable' });
    expect(await refusalOf(backend.secrets.write(KEY, { data: { value: 'new' } }, HOST))).toMatchObject({
      code: 'audit-unavailable',
    });
    expect(await refusalOf(backend.secrets.remove(KEY, HOST))).toMatchObject({ code: 'audit-unavailable' });
    expect(lines().filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  test('are written on the version that was looked at, and a faster writer is not overwritten', async () => {
    await backend.secrets.write(KEY, { data: { value: 'new' }, cas: 2 }, HOST);
    expect(asked.find(({ method }) => method === 'POST')?.body).toBe('{"data":{"value":"new"},"options":{"cas":2}}');
    asked.length = 0;
    expect(await refusalOf(backend.secrets.write(KEY, { data: { value: 'new' }, cas: 1 }, HOST))).toMatchObject({
      code: 'secret-changed',
    });
    expect(lines()).toEqual([`GET ${METADATA}`]);
    answers.set(`POST ${DATA}`, { status: 400, body: { errors: ['check-and-set parameter did not match the current version'] } });
    expect(await refusalOf(backend.secrets.write(KEY, { data: { value: 'new' } }, HOST))).toMatchObject({
      code: 'secret-changed',
    });
  });

  test('have the settings that the server has no place for in its custom metadata, and keep what others wrote there', async () => {
    answers.set(`GET ${METADATA}`, { body: facts({ team: 'theirs', holdfast_owner: 'old' }) });
    await backend.secrets.change(KEY, { owner: null, maxAgeDays: 30, isCanary: true, versionsKept: 5 }, HOST);
    const sent = asked.find(({ method }) => method === 'POST')?.body ?? '{}';
    expect(JSON.parse(sent)).toEqual({
      max_versions: 5,
      custom_metadata: { team: 'theirs', holdfast_max_age_days: '30', holdfast_canary: 'true' },
    });
    answers.set(`GET ${METADATA}`, { body: facts({ holdfast_max_age_days: '30', holdfast_canary: 'true' }) });
    const detail = await backend.secrets.find(KEY, HOST);
    expect(detail).toMatchObject({ maxAgeDays: 30, isCanary: true, currentVersion: 2, versionsKept: 10 });
    expect(detail?.versions.map(({ version, state }) => `${version} ${state}`)).toEqual(['2 current', '1 deleted']);
  });

  test('are listed in pages, and names that lead elsewhere are left out', async () => {
    answers.set('GET /v1/team/kv/metadata/?list=true', { body: { data: { keys: ['shop/', '../', '..', 'a b/', 'sys?x/'] } } });
    answers.set('GET /v1/team/kv/metadata/shop?list=true', { body: { data: { keys: ['production/'] } } });
    answers.set('GET /v1/team/kv/metadata/shop/production?list=true', { body: { data: { keys: ['OTHER', 'API_KEY'] } } });
    answers.set('GET /v1/team/kv/metadata/shop/production/OTHER', { body: facts() });
    const first = await backend.secrets.list({ limit: 1 }, HOST);
    expect(first.items.map(({ name }) => name)).toEqual(['API_KEY']);
    const second = await backend.secrets.list({ limit: 1, cursor: first.next ?? '' }, HOST);
    expect([second.items.map(({ name }) => name), second.next]).toEqual([['OTHER'], null]);
    expect(await refusalOf(backend.secrets.list({ cursor: 'gone' }, HOST))).toMatchObject({ code: 'input-invalid' });
    expect(lines().filter((line) => line.includes('..') || line.includes('a b') || line.includes('sys'))).toEqual([]);
  });

  test.each([
    ['a server error', { status: 500 }],
    ['a server that is sealed', { status: 503 }],
    ['a redirect, which is not followed', { status: 307, headers: { location: METADATA } }],
    ['a token that is not taken', { status: 403, body: { errors: ['permission denied'] } }],
    ['no JSON', { body: 'no' }],
    ['another shape', { body: { data: { data: 'text' } } }],
    ['more than any answer is', { body: `"${'x'.repeat(5_000_000)}"` }],
  ] satisfies [string, Answered][])('are away with %s, and no message holds the token', async (_, answer) => {
    answers.set(`GET ${DATA}`, answer);
    const refused = await refusalOf(backend.secrets.read(KEY, HOST));
    expect(refused.code).toBe('secrets-away');
    expect(refused.text).not.toContain(TOKEN);
    expect(lines()).toEqual([`GET ${DATA}`]);
    answers.set(`GET ${DATA}`, { body: value() });
    expect(await backend.secrets.read(KEY, HOST)).toMatchObject({ version: 2 });
    expect(backend.trouble()).toBe(null);
  });

  test('that are older than they may be are found on the server', async () => {
    answers.set('GET /v1/team/kv/metadata/?list=true', { body: { data: { keys: ['shop/'] } } });
    answers.set('GET /v1/team/kv/metadata/shop?list=true', { body: { data: { keys: ['production/'] } } });
    answers.set('GET /v1/team/kv/metadata/shop/production?list=true', { body: { data: { keys: ['API_KEY'] } } });
    answers.set(`GET ${METADATA}`, { status: 500 });
    expect(await refusalOf(backend.overdue(5))).toMatchObject({ code: 'secrets-away' });
    const isOld = { data: { ...facts({ holdfast_max_age_days: '1' }).data, versions: { 2: LONG_AGO } } };
    answers.set(`GET ${METADATA}`, { body: isOld });
    expect(await backend.overdue(5)).toEqual({ count: 1, refs: [KEY] });
    expect((await backend.secrets.list({ overdue: true }, HOST)).items).toMatchObject([{ isOverdue: true }]);
    expect((await backend.secrets.list({ overdue: false }, HOST)).items).toEqual([]);
  });

  test('cannot be staged, so nobody sets up or starts a rotation', async () => {
    const { db, bus, clock } = own.platform;
    const engineParts = { db, bus, clock, log: silentLog, node: 'node-1' };
    await using rotation = createRotations({ ...engineParts, staged: backend.staged, gate: own.gate });
    const plan = { ...KEY, settings: { rotator: 'random', length: 32 }, everyDays: null, overlapSeconds: 0 } as const;
    expect(await refusalOf(rotation.rotations.setPlan(plan, HOST))).toMatchObject({ code: 'secrets-elsewhere' });
    expect(await refusalOf(rotation.rotations.start(KEY, {}, HOST))).toMatchObject({ code: 'secrets-elsewhere' });
    expect(asked).toEqual([]);
    expect((await backend.staged.open(KEY, null)).data).toEqual({ value: 'outside-value' });
  });

  test('that the server refused to change have a second record that takes the first one back', async () => {
    const types: string[] = [];
    own.platform.bus.subscribe('test', '*', ({ type }) => void types.push(type));
    answers.set(`POST ${DATA}`, { status: 400, body: { errors: ['no'] } });
    expect(await refusalOf(backend.secrets.write(KEY, { data: {} }, HOST))).toMatchObject({ code: 'secrets-elsewhere' });
    expect(types).toEqual(['secret.written', 'audit.action.rolled-back']);
    types.length = 0;
    answers.set(`POST ${DATA}`, { status: 502 });
    expect(await refusalOf(backend.secrets.write(KEY, { data: {} }, HOST))).toMatchObject({ code: 'secrets-away' });
    // It may have been done.
    expect(types).toEqual(['secret.written']);
  });

  test('are not given while the keys of this process are put away', async () => {
    own.keyring.putAway();
    expect(await refusalOf(backend.secrets.read(KEY, HOST))).toMatchObject({ code: 'keyring-sealed' });
    expect(asked).toEqual([]);
  });
});

describe('the token for the server', () => {
  const held = (ttl: number) => ({ body: { data: { ttl, creation_ttl: 3600, renewable: true } } });

  test('is renewed when half of it is over, and not before', async () => {
    answers.set('GET /v1/auth/token/lookup-self', held(3000));
    await backend.start();
    expect(lines()).toEqual(['GET /v1/auth/token/lookup-self']);
    answers.set('GET /v1/auth/token/lookup-self', held(1000));
    answers.set('POST /v1/auth/token/renew-self', { body: { auth: {} } });
    await backend.start();
    expect(lines().at(-1)).toBe('POST /v1/auth/token/renew-self');
    expect(backend.trouble()).toBe(null);
  });

  test('that is not taken any more is trouble', async () => {
    answers.set('GET /v1/auth/token/lookup-self', { status: 403 });
    await backend.start();
    expect(backend.trouble()).toContain('does not take the token');
  });
});
