import {
  applicationViewSchema,
  banViewSchema,
  cspObservationsSchema,
  cspSuggestionSchema,
  explanationSchema,
  gatewayLimitsSchema,
  pageSchema,
  PERMISSIONS,
  problemSchema,
  snapshotCurrentSchema,
  tokenCreatedSchema,
  tokenViewSchema,
  type EventView,
  type Permission,
} from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestAccess } from './test-access.ts';
import { createApplications } from '../domains/applications/index.ts';
import { createIdentity, type Identity } from '../domains/identity/index.ts';
import { createProtection, type Protection } from '../domains/protection/index.ts';
import { silentLog } from '../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../platform/test-platform.ts';
import { createApi } from './create-api.ts';
import type { AuditPort, SystemPort } from './parts.ts';
import type { Api } from './route.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const shop = { id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' };
const REQUEST_ID = '0123456789AB';

let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let tcp: Api;
let socket: Api;
let token = '';
const events: EventView[] = [];

const health = { live: true, started: true, ready: false, reasons: ['no upstream yet'] };
const system: SystemPort = {
  status: async () => ({
    version: '0.1.0',
    runtime: 'test',
    node: 'test',
    dataDir: '.holdfast',
    startedAt: 0,
    health,
    listeners: [],
    applications: [],
    snapshot: null,
    bypassUntil: null,
    isolations: [],
    promotions: [],
    ledger: null,
  }),
  health: () => health,
  doctor: async () => [{ name: 'disk', state: 'ok', detail: 'enough space', next: '' }],
  selfTest: async () => ({ passed: true, mode: 'monitor', probes: [] }),
  errorTest: async () => ({ passed: true, mode: 'masking', probes: [] }),
  metrics: async () => 'holdfast_requests_total 0\n',
};
const audit: AuditPort = {
  tail: async () => ({ items: events, next: null }),
  count: async () => ({ count: 0, isMore: false }),
  findByRequest: async (id) => events.filter(({ requestId }) => requestId === id),
  prove: async (index) => ({ index, size: index + 1, leafHash: 'aGFzaA==', leaf: null, hashes: [], checkpoint: 'note' }),
  consistency: async (from, to) => ({ from, to, hashes: [] }),
  checkpoint: async () => ({ note: 'note', size: 1, verifierKey: 'key' }),
  verify: async () => ({ ok: true, size: 1, faults: [] }),
  export: async (name) => ({ directory: `exports/${name}`, size: 1 }),
};

beforeAll(async () => {
  platform = await openTestPlatform();
  const { db, bus, clock } = platform;
  const applications = createApplications(platform);
  identity = createIdentity(platform);
  protection = createProtection({
    db,
    bus,
    clock,
    applications,
    log: silentLog,
    trustedHops: 0,
    contact: null,
    vault: { pseudonym: (text) => text, seal: (text) => text, open: (text) => text },
    limits: gatewayLimitsSchema.parse({}),
    keyMaterial: () => ({ certificates: [], challenges: [], alpnCertificates: [], ticketKeys: null, identityKeys: [] }),
  });
  const parts = {
    domains: { applications, identity, access: createTestAccess(platform, applications), protection, audit },
    system,
    log: silentLog,
  };
  tcp = createApi({ ...parts, trust: { kind: 'token' } });
  socket = createApi({ ...parts, trust: { kind: 'host-operator', uid: 1000 } });
  token = await tokenFor(PERMISSIONS);
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await platform.db.query('delete from application_entry; delete from protection_ban; delete from protection_allow');
  await platform.db.query('delete from protection_exception; delete from protection_csp_report');
  platform.recorded.length = 0;
  platform.failRecording(false);
  platform.advance(2000);
  events.length = 0;
});

async function tokenFor(permissions: readonly Permission[]): Promise<string> {
  return (await identity.createToken({ name: 'test', permissions: [...permissions], days: 1 }, operator)).token;
}

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

async function call(path: string, { method = 'GET', body, headers = {}, token: given = token }: Call = {}): Promise<Response> {
  const all = {
    host: 'localhost:9443',
    ...(given === null ? {} : { authorization: `Bearer ${given}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const init = { method, headers: all, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return tcp.request(`https://localhost:9443${path}`, init);
}
const post = async (path: string, body: unknown, more: Call = {}) => call(path, { method: 'POST', body, ...more });
const codeOf = async (response: Response): Promise<string> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return problemSchema.parse(await response.json()).code;
};

const openApiSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ 'x-permission': z.enum(PERMISSIONS).optional() }))),
});
const openApi = async () => openApiSchema.parse(await (await call('/api/openapi.json', { token: null })).json());

describe('every route', () => {
  it('below /api/v1/ is described with its permission, refuses without token and without that permission', async () => {
    const { openapi, paths } = await openApi();
    expect(openapi).toBe('3.1.0');
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => ({
        path,
        method: method.toUpperCase(),
        permission: route['x-permission'],
      })),
    );
    expect(routes.length).toBeGreaterThanOrEqual(35);
    for (const { path, method, permission } of routes) {
      expect(permission, `${method} ${path}`).toBeDefined();
      const target = path.replaceAll(/\{\w+\}/gu, 'x');
      platform.advance(2000);
      expect(await codeOf(await call(target, { method, token: null })), path).toBe('token-required');
      const others = await tokenFor(PERMISSIONS.filter((name) => name !== permission));
      platform.advance(2000);
      expect(await codeOf(await call(target, { method, token: others })), path).toBe('permission-missing');
    }
  });

  it('answers with strict headers and a request id, also when it refuses', async () => {
    for (const response of [await call('/'), await call('/none'), await call('/api/v1/bans')]) {
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/u);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
    expect(await codeOf(await call('/none'))).toBe('not-found');
  });
});

describe('who may call', () => {
  it('a wrong token is refused with 401 and recorded; beyond a few a second with 429, while a good one still works', async () => {
    const wrong = await call('/api/v1/bans', { token: `${token.slice(0, -1)}!` });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
    expect(await codeOf(wrong)).toBe('token-refused');
    expect(platform.recorded.at(-1)).toMatchObject({ type: 'token.refused', outcome: 'refused', payload: { cause: 'unknown' } });
    const codes = [];
    for (let count = 0; count < 30; count += 1) codes.push((await call('/api/v1/bans', { token: 'hf_wrong' })).status);
    expect(codes).toContain(429);
    expect((await call('/api/v1/bans')).status).toBe(200);
  });

  it('who sends nothing, or a token that ended, reads so however often: only the record is thinned out', async () => {
    const codes = new Set<string>();
    for (let count = 0; count < 30; count += 1) codes.add(await codeOf(await call('/api/v1/bans', { token: null })));
    expect([...codes]).toEqual(['token-required']);
    expect(platform.recorded.filter(({ type }) => type === 'token.refused').length).toBeLessThan(30);
    const reader = await tokenFor(['ban:read']);
    for (let count = 0; count < 30; count += 1)
      expect((await post('/api/v1/bans', { prefix: '203.0.113.7', reason: 'test' }, { token: reader })).status).toBe(403);
    const gone = await identity.createToken({ name: 'gone', permissions: ['ban:read'], days: 1 }, operator);
    await identity.revokeToken(gone.view.id, operator);
    for (let count = 0; count < 30; count += 1)
      expect(await codeOf(await call('/api/v1/bans', { token: gone.token }))).toBe('token-refused');
  });

  it('a token that lacks the permission changes nothing and is recorded', async () => {
    const reader = await tokenFor(['ban:read']);
    expect((await call('/api/v1/bans', { token: reader })).status).toBe(200);
    const refused = await post('/api/v1/bans', { prefix: '203.0.113.7', reason: 'test' }, { token: reader });
    expect(await codeOf(refused)).toBe('permission-missing');
    expect(platform.recorded.at(-1)).toMatchObject({ type: 'token.refused', payload: { cause: 'permission' } });
    expect((await protection.listBans({ limit: 5 })).items).toEqual([]);
  });

  it('the owner of the data directory needs no token on the socket and is named in the record', async () => {
    const response = await socket.request('http://localhost/api/v1/bans', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prefix: '203.0.113.7', reason: 'test' }),
    });
    expect(response.status).toBe(201);
    expect(platform.recorded.at(-1)?.actor).toEqual({ kind: 'operator', ref: 'host:1000' });
  });

  it('a page of another origin, a rebound name and a cross-site fetch are refused; the own origin is not', async () => {
    expect((await call('/api/v1/bans', { headers: { origin: 'https://localhost:9443' } })).status).toBe(200);
    expect((await call('/api/v1/bans', { headers: { host: '127.0.0.1:9443' } })).status).toBe(200);
    expect(await codeOf(await call('/api/v1/bans', { headers: { origin: 'https://evil.test' } }))).toBe('origin-refused');
    expect(await codeOf(await call('/api/v1/bans', { headers: { origin: 'null' } }))).toBe('origin-refused');
    expect(await codeOf(await call('/api/v1/bans', { headers: { 'sec-fetch-site': 'cross-site' } }))).toBe('origin-refused');
    for (const host of ['rebound.test:9443', 'localhost.evil.test', '127.0.0.1.evil.test', 'localhost:9443@evil.test']) {
      expect(await codeOf(await call('/metrics', { headers: { host } })), host).toBe('host-unknown');
    }
  });
});

describe('input', () => {
  it('that does not fit is refused with pointers and without an echo of the value', async () => {
    const response = await post('/api/v1/bans', { prefix: 'nonsense<script>', forSeconds: -1, reason: 'x', more: true });
    const text = await response.text();
    const problem = problemSchema.parse(JSON.parse(text));
    expect(problem.code).toBe('input-invalid');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/prefix', '/forSeconds', '/reason']));
    expect(text).not.toContain('<script>');
  });

  it('that is not JSON, of another type, or too large is refused', async () => {
    const raw = async (body: string, type = 'application/json') =>
      tcp.request('https://localhost:9443/api/v1/bans', {
        method: 'POST',
        headers: { host: 'localhost:9443', authorization: `Bearer ${token}`, 'content-type': type },
        body,
      });
    expect(await codeOf(await raw('{'))).toBe('input-invalid');
    expect(await codeOf(await raw('prefix=1.2.3.4', 'application/x-www-form-urlencoded'))).toBe('input-invalid');
    expect(await codeOf(await raw(`{"reason":"${'a'.repeat(1_048_577)}"}`))).toBe('body-too-large');
    expect((await raw('{"prefix":"203.0.113.7","reason":"fine"}')).status).toBe(201);
  });

  it('that holds U+0000, which no text of the database can, is refused and not failed; the same without it is taken', async () => {
    const ban = (reason: string) => post('/api/v1/bans', { prefix: '192.0.2.9', reason, forSeconds: 60 });
    for (const answer of [await call('/api/v1/tokens?cursor=%00'), await ban('gues\u0000sing')]) {
      expect(answer.status).toBe(400);
      expect(await codeOf(answer)).toBe('input-invalid');
    }
    expect(platform.recorded).toEqual([]);
    expect((await ban('guessing')).status).toBe(201);
  });

  it('with an idempotency key is done once and answered again; another body under the same key is refused', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const ban = { prefix: '203.0.113.7', reason: 'test' };
    const first = await post('/api/v1/bans', ban, { headers });
    const second = await post('/api/v1/bans', ban, { headers });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await second.json()).toEqual(await first.json());
    expect(platform.recorded.filter(({ type }) => type === 'ban.added')).toHaveLength(1);
    expect(await codeOf(await post('/api/v1/bans', { ...ban, reason: 'other' }, { headers }))).toBe('input-invalid');
  });

  it('sent twice at the same time is done once; the key of one caller is not the key of another', async () => {
    const headers = { 'idempotency-key': 'k-4' };
    const ban = { prefix: '203.0.113.9', reason: 'test' };
    const both = await Promise.all([post('/api/v1/bans', ban, { headers }), post('/api/v1/bans', ban, { headers })]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const other = await post('/api/v1/bans', { ...ban, reason: 'other' }, { headers, token: await tokenFor(['ban:write']) });
    expect(other.status).toBe(201);
    expect(platform.recorded.filter(({ type }) => type === 'ban.added')).toHaveLength(2);
  });

  it('that failed may be tried again under the same key', async () => {
    const headers = { 'idempotency-key': 'k-2' };
    const ban = { prefix: '203.0.113.8', reason: 'test' };
    platform.failRecording(true);
    expect(await codeOf(await post('/api/v1/bans', ban, { headers }))).toBe('audit-unavailable');
    platform.failRecording(false);
    expect((await post('/api/v1/bans', ban, { headers })).status).toBe(201);
  });
});

describe('applications', () => {
  it('are created, read with an entity tag, changed at that tag only, and removed', async () => {
    const created = await post('/api/v1/applications', shop);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/api/v1/applications/shop');
    const tag = String((await call('/api/v1/applications/shop')).headers.get('etag'));
    const put = async (name: string, ifMatch: string) =>
      call('/api/v1/applications/shop', { method: 'PUT', body: { ...shop, name }, headers: { 'if-match': ifMatch } });
    const changed = await put('New', tag);
    expect(applicationViewSchema.parse(await changed.json()).application.name).toBe('New');
    expect(await codeOf(await put('Newer', tag))).toBe('precondition-failed');
    expect(await codeOf(await put('Newer', 'W/"2"'))).toBe('precondition-failed');
    expect((await put('Newest', '*')).status).toBe(200);
    const page = pageSchema(applicationViewSchema).parse(await (await call('/api/v1/applications')).json());
    expect(page.items.map(({ application }) => application.name)).toEqual(['Newest']);
    expect((await call('/api/v1/applications/shop', { method: 'DELETE' })).status).toBe(204);
    expect(await codeOf(await call('/api/v1/applications/shop'))).toBe('not-found');
  });

  it('change mode and policy, tell the history, and are exported as configuration', async () => {
    await post('/api/v1/applications', shop);
    const mode = await call('/api/v1/applications/shop/mode', { method: 'PUT', body: { mode: 'enforce', reason: 'tuned' } });
    expect(applicationViewSchema.parse(await mode.json()).application.mode).toBe('enforce');
    const csp = await call('/api/v1/applications/shop/csp', { method: 'PUT', body: { mode: 'enforce' } });
    expect(csp.headers.get('etag')).toBe('"3"');
    expect(await (await call('/api/v1/applications/shop/modes')).json()).toMatchObject({
      items: [{ from: 'monitor', to: 'enforce' }],
    });
    const observed = await (await call('/api/v1/applications/shop/csp/reports')).json();
    expect(cspObservationsSchema.parse(observed)).toEqual({ reports: [], inline: [] });
    const suggested = cspSuggestionSchema.parse(await (await call('/api/v1/applications/shop/csp/suggestion')).json());
    expect(suggested.csp.mode).toBe('enforce');
    const yaml = await (await call('/api/v1/config/export.yaml')).text();
    expect(yaml).toContain('id: shop');
    expect(yaml).toContain('mode: enforce');
  });
});

describe('bans', () => {
  it('are made, found by address and lifted by their prefix', async () => {
    const made = await post('/api/v1/bans', { prefix: '203.0.113.9/24', forSeconds: null, reason: 'range' });
    expect(banViewSchema.parse(await made.json()).prefix).toBe('203.0.113.0/24');
    const found = pageSchema(banViewSchema).parse(await (await call('/api/v1/bans?address=203.0.113.77')).json());
    expect(found.items).toHaveLength(1);
    expect((await call('/api/v1/bans/203.0.113.0%2F24', { method: 'DELETE' })).status).toBe(204);
    expect(await codeOf(await post('/api/v1/bans', { prefix: '::1', reason: 'self' }))).toBe('ban-unsafe');
  });
});

describe('tokens', () => {
  it('are issued once, work, and end at once', async () => {
    const issued = await post('/api/v1/tokens', { name: 'ci', permissions: ['ban:read'] });
    const { token: fresh, view } = tokenCreatedSchema.parse(await issued.json());
    expect((await call('/api/v1/bans', { token: fresh })).status).toBe(200);
    const revoked = await call(`/api/v1/tokens/${view.id}`, { method: 'DELETE' });
    expect(tokenViewSchema.parse(await revoked.json()).revokedAt).not.toBeNull();
    expect(await codeOf(await call('/api/v1/bans', { token: fresh }))).toBe('token-refused');
  });

  it('cannot hand on more than their maker has', async () => {
    const issuer = await tokenFor(['token:write', 'ban:read']);
    const issue = async (permissions: Permission[]) => post('/api/v1/tokens', { name: 'x', permissions }, { token: issuer });
    expect((await issue(['ban:read'])).status).toBe(201);
    expect(await codeOf(await issue(['ban:read', 'system:write']))).toBe('permission-missing');
  });

  it('are never kept for a repeated call', async () => {
    const headers = { 'idempotency-key': 'k-3' };
    const wanted = { name: 'once', permissions: ['ban:read'] };
    expect((await post('/api/v1/tokens', wanted, { headers })).status).toBe(201);
    expect(await codeOf(await post('/api/v1/tokens', wanted, { headers }))).toBe('conflict');
  });
});

describe('explain', () => {
  const finding = {
    rule: 'sqli.boolean',
    group: 'sqli' as const,
    confidence: 0.95,
    location: 'query' as const,
    name: 'q',
    chain: ['url'],
    sample: "' or 1=1",
    why: 'a tautology after a quote',
    exception: null,
  };
  const blocked = (version: number): EventView => ({
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    type: 'request.completed',
    version: 1,
    time: 1,
    node: 'test',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: 'sub_x' },
    application: 'shop',
    target: null,
    outcome: 'blocked',
    reason: 'sqli',
    requestId: REQUEST_ID,
    trace: null,
    subject: null,
    payload: {
      address: '203.0.113.7',
      userAgent: 'test',
      method: 'GET',
      host: 'shop.test',
      path: '/orders/4711',
      query: 'q=1',
      protocol: 'h2',
      status: 403,
      problem: 'request-blocked',
      mode: 'enforce',
      requestBytes: 0,
      responseBytes: 0,
      durationUs: 1,
      upstreamUs: 0,
      score: 0.95,
      findings: [finding],
      steps: [{ step: 'inspect', verdict: 'blocked', detail: 'sqli.boolean' }],
      snapshot: version,
      masked: null,
    },
    index: 7,
  });

  it('tells verdicts, findings, whose policy it was, and proposes the narrowest exception', async () => {
    await post('/api/v1/applications', shop);
    const current = snapshotCurrentSchema.parse(await (await call('/api/v1/snapshots/current')).json());
    events.push(blocked(current.version));
    const told = explanationSchema.parse(await (await call(`/api/v1/explain/${REQUEST_ID.toLowerCase()}`)).json());
    expect(told).toMatchObject({
      outcome: 'blocked',
      chain: [{ step: 'inspect', verdict: 'blocked' }],
      findings: [{ rule: 'sqli.boolean', chain: ['url'] }],
      ledgerIndex: 7,
      proposals: [
        { application: 'shop', method: 'GET', route: '/orders/{}', location: 'query', parameter: 'q', rule: 'sqli.boolean' },
      ],
    });
    expect(told.policy.state?.actor).toBeDefined();
    const wanted = { requestId: REQUEST_ID, reason: 'order numbers look like that' };
    const made = await post('/api/v1/exceptions/from-request', wanted);
    expect(await made.json()).toMatchObject({ items: [{ route: '/orders/{}', requestId: REQUEST_ID, group: 'sqli' }] });
    expect(await codeOf(await post('/api/v1/exceptions/from-request', { ...wanted, rule: 'xss.tag' }))).toBe('input-invalid');
  });

  it('still tells what remains after the visitor was erased', async () => {
    const event = blocked(1);
    events.push({ ...event, payload: { ...event.payload, address: null, path: null, findings: null, query: null } });
    const told = explanationSchema.parse(await (await call(`/api/v1/explain/${REQUEST_ID}`)).json());
    expect(told).toMatchObject({ outcome: 'blocked', request: { address: null, status: 403 }, findings: [], proposals: [] });
  });

  it('of an unknown request says so', async () => {
    expect(await codeOf(await call(`/api/v1/explain/${REQUEST_ID}`))).toBe('request-unknown');
  });
});

describe('probes and the rest', () => {
  it('answer without a token', async () => {
    expect((await call('/-/live', { token: null })).status).toBe(200);
    expect((await call('/-/startup', { token: null })).status).toBe(200);
    expect((await call('/-/ready', { token: null })).status).toBe(503);
    expect(await (await call('/metrics', { token: null })).text()).toContain('holdfast_requests_total');
    expect(await (await call('/', { token: null })).text()).not.toContain('<script');
  });

  it('status, doctor, self-test, proofs and roll-back answer by their schemas', async () => {
    for (const path of ['status', 'health', 'doctor']) expect((await call(`/api/v1/system/${path}`)).status).toBe(200);
    expect((await call('/api/v1/system/self-test', { method: 'POST' })).status).toBe(200);
    expect(await (await call('/api/v1/audit/proof/inclusion?index=3')).json()).toMatchObject({ index: 3 });
    expect(await codeOf(await call('/api/v1/audit/proof/inclusion?index=-1'))).toBe('input-invalid');
    expect((await post('/api/v1/audit/exports', { name: 'march' })).status).toBe(201);
    expect(await codeOf(await post('/api/v1/audit/exports', { name: '../etc' }))).toBe('input-invalid');
    const rollback = { digest: 'f'.repeat(64), reason: 'test' };
    expect(await codeOf(await post('/api/v1/snapshots/rollback', rollback))).toBe('not-found');
  });
});
