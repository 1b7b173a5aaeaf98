import { patchRuleSchema, type GatewayPatch } from '@holdfast/contract';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { startTestGateway, testSnapshot, type TestGateway } from '../../support/test-gateway.ts';

const ID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const HOUR_MS = 3_600_000;
const MEGABYTE = 1_048_576;
const BOUNDARY = 'b0undary';
const SETTLE = { timeout: 30_000, interval: 20 };

let upstream: EchoUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startEchoUpstream();
  const body = { inspectBytesMax: MEGABYTE, uploadBytesMax: 16 * MEGABYTE };
  gateway = await startTestGateway(testSnapshot({ upstream: upstream.url, mode: 'monitor', body }));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});
beforeEach(() => {
  upstream.reset();
  gateway.push({ patches: [], bypassUntil: null });
});

const rule = (parts: Partial<GatewayPatch> = {}): GatewayPatch =>
  patchRuleSchema.parse({
    id: ID,
    application: 'echo',
    method: '*',
    route: '/items',
    location: 'query',
    parameter: 'id',
    match: { kind: 'constraint', type: 'integer' },
    action: 'block',
    finding: 'CVE-2026-0001',
    expiresAt: Date.now() + HOUR_MS,
    ...parts,
  });
const patch = (parts: Partial<GatewayPatch> = {}): void => gateway.push({ patches: [rule(parts)] });

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** The status, over the port without TLS. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<number> {
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((done, fail) => {
    const all = { host: 'hf.test', ...length, ...headers };
    const outgoing = request({ host: '127.0.0.1', port: gateway.plainPort, path, method, headers: all, agent: false });
    outgoing.on('response', (incoming) => {
      incoming.resume();
      // A refused upload is answered before it is sent.
      done(incoming.statusCode ?? 0);
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
const records = () => gateway.events('request.completed');
const told = (): string[] =>
  records().flatMap(({ payload }) =>
    (payload['steps'] as { step: string; detail: string }[]).filter(({ step }) => step === 'patch').map(({ detail }) => detail),
  );

describe('a patch in a gateway whose application is in monitor mode', () => {
  test('refuses what it is about, and nothing of it reaches the application', async () => {
    patch();
    expect(await send('/items?id=7%20or%201')).toBe(403);
    expect(upstream.seen).toHaveLength(0);
    expect(await send('/items?id=7')).toBe(200);
    expect(await send('/other?id=x')).toBe(200);
    await expect.poll(() => told()[0], SETTLE).toContain(`${ID} (CVE-2026-0001): query id: not of type integer`);
    expect(records()[0]).toMatchObject({ outcome: 'blocked', reason: `patch.${ID}`, payload: { problem: 'request-blocked' } });
  });

  test('that records lets it pass and says so', async () => {
    patch({ action: 'record' });
    const before = records().length;
    expect(await send('/items?id=x')).toBe(200);
    await expect.poll(() => records().length, SETTLE).toBeGreaterThan(before);
    expect(records().at(-1)).toMatchObject({ outcome: 'recorded', reason: `patch.${ID}` });
  });

  test('ends by itself, without a new snapshot', async () => {
    const expiresAt = Date.now() + 1500;
    patch({ expiresAt });
    if (Date.now() < expiresAt - 500) expect(await send('/items?id=x')).toBe(403);
    await expect.poll(async () => send('/items?id=x'), SETTLE).toBe(200);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
  });

  test('refuses nothing in break-glass, and is recorded', async () => {
    gateway.push({ patches: [rule()], bypassUntil: Date.now() + HOUR_MS });
    expect(await send('/items?id=x')).toBe(200);
  });

  test.each<[string, Partial<GatewayPatch>, attack: [string, Sent], twin: [string, Sent]]>([
    ['a path segment', { route: '/items/{}', location: 'path', parameter: '2' }, ['/Items/7x', {}], ['/items/7', {}]],
    [
      'a header',
      { location: 'header', parameter: 'x-tenant' },
      ['/items', { headers: { 'X-Tenant': '1;2' } }],
      ['/items', { headers: { 'X-Tenant': '12' } }],
    ],
    [
      'a cookie',
      { location: 'cookie', parameter: 'cart' },
      ['/items', { headers: { cookie: 'cart=x' } }],
      ['/items', { headers: { cookie: 'cart=1; theme=dark' } }],
    ],
    [
      'a JSON pointer',
      { location: 'json', parameter: '/items/{}/id' },
      ['/items', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"items":[{"id":1},{"id":"x"}]}' }],
      ['/items', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"items":[{"id":1}],"id":"x"}' }],
    ],
    [
      'a closed route',
      { method: 'DELETE', location: null, parameter: null, match: { kind: 'deny' } },
      ['/items/', { method: 'DELETE' }],
      ['/items/', {}],
    ],
  ])('is about %s', async (_name, parts, attack, twin) => {
    patch(parts);
    expect(await send(...attack)).toBe(403);
    expect(upstream.seen).toHaveLength(0);
    expect(await send(...twin)).toBe(200);
  });

  test('refuses a body that can be read in two ways, where it is about bodies and enforced', async () => {
    const twice = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":1,"id":"x"}' };
    patch({ location: 'json', parameter: '/id', action: 'record' });
    expect(await send('/items', twice)).toBe(200);
    patch({ location: 'json', parameter: '/id' });
    expect(await send('/items', twice)).toBe(403);
    expect(await send('/other', twice)).toBe(200);
  });
});

describe('an upload that streams past a patch', () => {
  const field = (name: string, text: string): Buffer =>
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`);
  const file = Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n`),
    Buffer.alloc(2 * MEGABYTE, 7),
    Buffer.from('\r\n'),
  ]);
  const END = Buffer.from(`--${BOUNDARY}--\r\n`);
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const upload = async (...parts: Buffer[]): Promise<number> =>
    send('/items', { method: 'POST', headers, body: Buffer.concat(parts) }).catch(() => 403);

  test('is judged field by field, also behind the file', async () => {
    patch({ location: 'multipart' });
    expect(await upload(field('id', '7'), file, field('note', 'x'), END)).toBe(200);
    expect(await upload(file, field('id', 'x'), END)).toBe(403);
    expect(await upload(field('id', 'x'), file, END)).toBe(403);
    await expect.poll(() => told().some((detail) => detail.includes('multipart id: not of type integer')), SETTLE).toBe(true);
  });

  test('is refused where its parts cannot be told apart, and where nobody reads it', async () => {
    const broken = [file, Buffer.from('no delimiter')];
    const octets = {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(2 * MEGABYTE, 7),
    };
    expect(await upload(...broken)).toBe(200);
    expect(await send('/items', octets)).toBe(200);
    patch({ location: 'form' });
    expect(await upload(...broken)).toBe(403);
    expect(await send('/items', octets).catch(() => 403)).toBe(403);
    await expect
      .poll(() => told().filter((detail) => detail.includes('could not be read')).length, SETTLE)
      .toBeGreaterThanOrEqual(2);
  });
});

describe('a patch that is tried on recent requests', () => {
  test('is told how many it would have touched, and of whom; values stay in the gateway', async () => {
    for (const id of [1, 2, 3]) expect(await send(`/held/${id}?id=${id}&name=Ada`)).toBe(200);
    expect(await send('/held/4?id=x&name=Grace')).toBe(200);
    expect(await send('/held/5?password=hunter2')).toBe(200);
    const held = { route: '/held/{}' };
    const tried = async (parts: Partial<GatewayPatch>) => gateway.link.rehearse(rule({ ...held, ...parts }));
    expect(await tried({})).toEqual({ requests: 5, unjudged: 0, touched: 1, addresses: ['127.0.0.1'] });
    expect(await tried({ parameter: 'password' })).toMatchObject({ requests: 5, unjudged: 1, touched: 0 });
    expect(await tried({ location: 'header', parameter: 'x-tenant' })).toMatchObject({ unjudged: 5 });
    expect(await tried({ match: { kind: 'deny' }, location: null, parameter: null })).toMatchObject({ touched: 5 });
    expect(await tried({ method: 'POST' })).toEqual({ requests: 0, unjudged: 0, touched: 0, addresses: [] });
    expect(JSON.stringify(gateway.messages.filter(({ kind }) => kind === 'rehearsed'))).not.toMatch(/Ada|Grace|hunter2/u);
  });

  test('finds nothing where learning is off', async () => {
    const [application] = gateway.snapshot().applications;
    if (application === undefined) throw new Error('assertion: the stand has an application');
    gateway.push({ applications: [{ ...application, learning: 'off' }] });
    expect(await send('/held/6?id=1')).toBe(200);
    expect(await gateway.link.rehearse(rule({ route: '/held/{}' }))).toMatchObject({ requests: 0 });
    gateway.push({ applications: [application] });
  });
});
