import { isolationSchema, type Isolation } from '@holdfast/contract';
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect as connectH2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RETEST_HEADER, retestToken } from '../../../packages/server/src/platform/retest-token.ts';
import { startTestGateway, testSnapshot, type TestGateway } from '../../support/test-gateway.ts';

const ID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const HOUR_MS = 3_600_000;
const SETTLE = { timeout: 30_000, interval: 20 };
const KEY = 'ab'.repeat(32);
const OFFICE = '198.51.100.7';

let upstream: Server;
let sockets: WebSocketServer;
let gateway: TestGateway;
let reached: string[] = [];
/** WebSockets that the application has not agreed to yet. */
let agreeing: (() => void)[] = [];
const STREAM = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n';

/**
 * Answers at once, but for /events and /slow, which go on until somebody ends them. Whoever asks for a WebSocket at /late waits, and at
 * /told gets an event stream instead.
 */
async function startUpstream(): Promise<string> {
  upstream = createServer((incoming, outgoing) => {
    reached.push(`${incoming.method} ${incoming.url}`);
    incoming.resume();
    if (incoming.url === '/slow') return;
    const isStream = incoming.url === '/events';
    outgoing.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'text/plain' });
    if (isStream) outgoing.write('data: 1\n\n');
    else outgoing.end('tea');
  });
  sockets = new WebSocketServer({ noServer: true });
  upstream.on('upgrade', (incoming, socket, head) => {
    reached.push(`UPGRADE ${incoming.url}`);
    socket.on('error', () => undefined);
    const agree = (): void => sockets.handleUpgrade(incoming, socket, head, () => undefined);
    if (incoming.url === '/late') agreeing.push(agree);
    else if (incoming.url === '/told') socket.write(STREAM);
    else agree();
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const url = await startUpstream();
  const parts = { upstream: url, mode: 'monitor' as const, webSocket: { enabled: true, origins: ['http://hf.test'] } };
  gateway = await startTestGateway(testSnapshot(parts, { trustedHops: 1, visitorKey: KEY }));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  sockets.close();
  upstream.closeAllConnections();
  upstream.close();
});
beforeEach(() => {
  gateway.push({ isolations: [], bypassUntil: null, trustedHops: 1 });
  reached = [];
  agreeing = [];
});

const isolation = (parts: Partial<Isolation> = {}): Isolation =>
  isolationSchema.parse({
    id: ID,
    application: 'echo',
    kind: 'application',
    method: '*',
    route: null,
    allow: [],
    expiresAt: null,
    ...parts,
  });
const isolate = (...all: Partial<Isolation>[]): void => gateway.push({ isolations: all.map(isolation) });
const route = (path: string, method = '*') => ({ kind: 'route', route: path, method }) as const;
const READ_ONLY = { kind: 'read-only' } as const;

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly from?: string;
}

function open(path: string, { method = 'GET', headers = {}, body, from }: Sent = {}): Promise<IncomingMessage> {
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const client: Record<string, string> = from === undefined ? {} : { 'x-forwarded-for': from };
  const all = { host: 'hf.test', ...length, ...client, ...headers };
  return new Promise((done, fail) => {
    const outgoing = request({ host: '127.0.0.1', port: gateway.plainPort, path, method, headers: all, agent: false });
    outgoing.on('response', done).on('error', fail);
    outgoing.end(body);
  });
}

async function send(path: string, sent: Sent = {}): Promise<number> {
  const answer = await open(path, sent);
  answer.resume();
  return answer.statusCode ?? 0;
}

const form = (body: string): Sent => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});

describe('an application that is cut off', () => {
  test('answers 503 in monitor mode, to programs and people, and nothing reaches it', async () => {
    isolate({ expiresAt: Date.now() + HOUR_MS });
    const json = await open('/anything', { headers: { accept: 'application/json' } });
    expect(json.statusCode).toBe(503);
    expect(json.headers['content-type']).toBe('application/problem+json');
    expect(json.headers['cache-control']).toBe('no-store');
    expect(Number(json.headers['retry-after'])).toBeGreaterThan(3000);
    const document = JSON.parse((await json.toArray()).join('')) as { code: string };
    expect(document.code).toBe('isolated');
    const page = await open('/anything', { headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).toContain('text/html');
    expect((await page.toArray()).join('')).not.toContain(ID);
    expect(await send('/.holdfast/sign-in')).toBe(503);
    expect(await send('/x', form('a=1'))).toBe(503);
    expect(reached).toEqual([]);
    const records = () => gateway.events('request.completed');
    await expect
      .poll(() => records().at(-1), SETTLE)
      .toMatchObject({ outcome: 'refused', reason: `isolated.${ID}`, payload: { problem: 'isolated', status: 503 } });
  });

  test('without an end names none, and is back at once when that is over', async () => {
    isolate({});
    expect((await open('/')).headers['retry-after']).toBeUndefined();
    isolate();
    expect(await send('/')).toBe(200);
    isolate({ expiresAt: Date.now() - 1 });
    expect(await send('/')).toBe(200);
  });

  test('still takes those who are listed, and them alone', async () => {
    isolate({ allow: ['198.51.100.0/24'] });
    expect(await send('/', { from: OFFICE })).toBe(200);
    expect(await send('/', { from: '203.0.113.1' })).toBe(503);
    expect(await send('/')).toBe(503);
  });

  test('believes nobody who only says that he is one of them', async () => {
    isolate({ allow: [OFFICE] });
    const THIEF = '203.0.113.1';
    expect(await send('/', { from: `${OFFICE}, ${THIEF}` })).toBe(503);
    expect(await send('/', { from: `${OFFICE},${OFFICE}, ${THIEF}` })).toBe(503);
    expect(await send('/', { from: `${THIEF}, nonsense ${OFFICE}` })).toBe(503);
    for (const name of ['x-real-ip', 'forwarded', 'true-client-ip', 'client-ip', 'cf-connecting-ip', 'x-client-ip'])
      expect(await send('/', { from: THIEF, headers: { [name]: name === 'forwarded' ? `for=${OFFICE}` : OFFICE } }), name).toBe(
        503,
      );
    expect(await send('/', { from: `${THIEF}, ${OFFICE}` })).toBe(200);
    reached = [];
    // Nobody stands in front of us: whoever connects is who he is.
    gateway.push({ trustedHops: 0 });
    expect(await send('/', { from: OFFICE })).toBe(503);
    expect(reached).toEqual([]);
  });

  test('answers every method alike, on connections of before too, and however its address is written', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const again = (sent: object): Promise<number> =>
      new Promise((done, fail) => {
        const all = { host: '127.0.0.1', port: gateway.plainPort, agent, headers: { host: 'hf.test' }, path: '/', ...sent };
        const outgoing = request(all, (incoming) => {
          incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
        });
        outgoing.on('error', fail).end();
      });
    expect(await again({})).toBe(200);
    reached = [];
    isolate({});
    expect(await again({})).toBe(503);
    agent.destroy();
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])
      expect([503, 405, 501], method).toContain(await send('/', { method }));
    expect(await send('http://hf.test/anything')).toBe(503);
    expect(await send('HTTP://HF.TEST/anything')).toBe(503);
    expect(await send('http://other.test/anything')).not.toBe(200);
    expect(reached).toEqual([]);
  });

  test('is served in break-glass', async () => {
    gateway.push({ isolations: [isolation()], bypassUntil: Date.now() + HOUR_MS });
    expect(await send('/')).toBe(200);
  });

  test('is not another application', async () => {
    isolate({ application: 'other' });
    expect(await send('/')).toBe(200);
  });
});

describe('a route that is cut off', () => {
  test.each([
    ['/login', '/login'],
    ['/login', '/Login/'],
    ['/login', '/login;v=1'],
    ['/login', '/a/../login'],
    ['/login', '/%6cogin'],
    ['/login', '//login'],
    ['/login', '/./login'],
    ['/login', '/LOGIN'],
    ['/login', '/login.json'],
    ['/login', '/login?a=1'],
    ['/login', 'http://hf.test/login'],
    ['/orders/{}/pay', '/orders/7/pay'],
    ['/admin/**', '/admin'],
    ['/admin/**', '/admin/users/7'],
    ['/**', '/'],
  ])('%s is %s too', async (path, asked) => {
    isolate(route(path));
    expect(await send(asked)).toBe(503);
    expect(reached).toEqual([]);
  });

  test.each(['/%2flogin', '/login%2f', '/login%00', '/%256cogin', '/a/..;/login', '/\uFF0Flogin', '/login\\', '/%5clogin'])(
    'is not reached by %s, which can be read in two ways',
    async (asked) => {
      isolate(route('/login'));
      expect([400, 503]).toContain(await send(encodeURI(asked).replaceAll('%25', '%')));
      expect(reached).toEqual([]);
    },
  );

  test.each([
    ['/login', '/logins'],
    ['/login', '/login/help'],
    ['/orders/{}/pay', '/orders/7/8/pay'],
    ['/orders/{}/pay', '/orders/7'],
    ['/admin/**', '/administration'],
    ['/admin/**', '/'],
  ])('%s is not %s', async (path, asked) => {
    isolate(route(path));
    expect(await send(asked)).toBe(200);
  });

  test('for one method takes the others, and no name of it in another place', async () => {
    isolate(route('/items/{}', 'DELETE'));
    expect(await send('/items/7')).toBe(200);
    expect(await send('/items/7', form('_method=PUT'))).toBe(200);
    reached = [];
    expect(await send('/items/7', { method: 'DELETE' })).toBe(503);
    expect(await send('/items/7', { method: 'POST', headers: { 'x-http-method-override': 'delete' } })).toBe(503);
    expect(await send('/items/7?_method=DELETE', { method: 'POST' })).toBe(503);
    expect(await send('/items/7?%5fmethod=DELETE', { method: 'POST' })).toBe(503);
    expect(await send('/items/7', form('a=1&_method=delete'))).toBe(503);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"_method":"DELETE"}' };
    expect(await send('/items/7', json)).toBe(503);
    for (const list of ['DELETE, GET', 'GET,DELETE', `GET, ${' '.repeat(40)}DELETE`])
      expect(await send('/items/7', { method: 'POST', headers: { 'x-http-method-override': list } }), list).toBe(503);
    for (const field of ['.method=DELETE', '%20_method=DELETE', '+.method=DELETE', 'X-HTTP-Method-Override=DELETE'])
      expect(await send(`/items/7?${field}`, { method: 'POST' }), field).toBe(503);
    expect(await send('/items/7', form(`_method=${'+'.repeat(40)}DELETE`))).toBe(503);
    expect(reached).toEqual([]);
    isolate(route('/items/{}', 'GET'));
    expect(await send('/items/7', { method: 'HEAD' })).toBe(503);
  });

  test('for one method takes no form that is too large to be held: what it names may come last', async () => {
    isolate(route('/items/{}', 'DELETE'));
    const part = (head: string, body: string): string => `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
    const large = part('name="file"; filename="a.txt"', 'tea '.repeat(270_000));
    const upload = (type: string, body: string): Sent => ({ method: 'POST', headers: { 'content-type': type }, body });
    const named = `${large}${part('name="_method"', 'DELETE')}--b--\r\n`;
    // It is answered before all of it has come, and then its connection ends.
    const said = await send('/items/7', upload('multipart/form-data; boundary=b', named)).catch(() => 'cut');
    expect([503, 'cut']).toContain(said);
    expect(reached).toEqual([]);
    expect(await send('/items', upload('multipart/form-data; boundary=b', `${large}--b--\r\n`))).toBe(200);
    expect(await send('/items/7', upload('application/octet-stream', large))).toBe(200);
  });
});

describe('an application that is only read', () => {
  test('refuses what changes something, however it is called, and serves the rest', async () => {
    isolate(READ_ONLY);
    const writes: readonly [string, Sent][] = [
      ['/items', form('a=1')],
      ['/items/7', { method: 'PUT', body: 'x' }],
      ['/items/7', { method: 'PATCH', body: 'x' }],
      ['/items/7', { method: 'DELETE' }],
      ['/items/7', { headers: { 'x-http-method-override': 'DELETE' } }],
      ['/items/7', { headers: { 'x-http-method': 'put' } }],
      ['/items/7', { headers: { 'x-method-override': 'PATCH' } }],
      ['/items/7?_method=delete', {}],
      ['/items/7?a=1&_METHOD=POST', {}],
    ];
    for (const [path, sent] of writes) expect(await send(path, sent), JSON.stringify([path, sent])).toBe(503);
    expect(reached).toEqual([]);
    expect(await send('/items?method=delete&q=_method')).toBe(200);
    expect(await send('/items/7', { method: 'HEAD' })).toBe(200);
    expect(await send('/items/7', { method: 'OPTIONS' })).toBe(200);
    expect(await send('/items/7', { headers: { 'x-http-method-override': 'GET' } })).toBe(200);
    isolate({ ...READ_ONLY, allow: [OFFICE] });
    expect(await send('/items', { ...form('a=1'), from: OFFICE })).toBe(200);
  });

  test('opens no WebSocket', async () => {
    isolate(READ_ONLY);
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.plainPort}/ws`, {
      headers: { host: 'hf.test' },
      origin: 'http://hf.test',
    });
    const said = await new Promise((done) => {
      socket.on('unexpected-response', (_request, answer) => done(answer.statusCode)).on('open', () => done('open'));
      socket.on('error', () => undefined);
    });
    expect(said).toBe(503);
    socket.terminate();
  });
});

describe('what is open when its place is cut off', () => {
  const askSocket = (path: string): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${gateway.plainPort}${path}`, { headers: { host: 'hf.test' }, origin: 'http://hf.test' });
  const openSocket = async (): Promise<WebSocket> => {
    const socket = askSocket('/ws');
    await new Promise((done, fail) => socket.on('open', done).on('error', fail));
    return socket;
  };
  const closeOf = (socket: WebSocket): Promise<number> => new Promise((done) => void socket.on('close', done));
  const endOf = (stream: IncomingMessage): Promise<string> =>
    new Promise(
      (done) =>
        void stream
          .on('end', () => done('end'))
          .on('error', () => done('cut'))
          .resume(),
    );

  test.each([
    ['the application', {}],
    ['writing', READ_ONLY],
    ['its route', route('/ws')],
  ])('a WebSocket ends with %s', async (_name, parts) => {
    const closed = closeOf(await openSocket());
    isolate(parts);
    expect(await closed).toBe(1013);
  });

  test('an event stream and an answer that is waited for end, others go on', async () => {
    const socket = await openSocket();
    const [gone, kept] = [await open('/events'), await open('/events', { from: OFFICE })];
    const waiting = send('/slow').catch(() => 'cut');
    await expect.poll(() => reached.includes('GET /slow'), SETTLE).toBe(true);
    const ended = endOf(gone);
    isolate({ ...route('/events'), allow: [OFFICE] }, { ...route('/slow'), id: ID.replace('01J8', '01J9') });
    expect(await ended).toBe('cut');
    expect(await waiting).toBe('cut');
    expect(kept.destroyed).toBe(false);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    kept.destroy();
    socket.terminate();
  });

  test('a change that is under way ends by itself when only reading is left', async () => {
    const writing = send('/slow', form('a=1')).catch(() => 'cut');
    await expect.poll(() => reached.includes('POST /slow'), SETTLE).toBe(true);
    isolate(READ_ONLY);
    expect(await send('/items')).toBe(200);
    const state = await Promise.race([writing, Promise.resolve('goes on')]);
    expect(state).toBe('goes on');
    isolate({});
    expect(await writing).toBe('cut');
  });

  test.each([
    ['the application', {}],
    ['writing', READ_ONLY],
  ])('a WebSocket that the application has not agreed to yet is none any more, with %s', async (_name, parts) => {
    const socket = askSocket('/late');
    const said = new Promise((done) => socket.on('open', () => done('open')).on('error', () => done('refused')));
    await expect.poll(() => agreeing.length, SETTLE).toBe(1);
    isolate(parts);
    agreeing[0]?.();
    expect(await said).toBe('refused');
  });

  test('a stream that was answered where a WebSocket was asked for ends', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', origin: 'http://hf.test', 'sec-websocket-version': '13' };
    const stream = await open('/told', { headers: { ...headers, 'sec-websocket-key': Buffer.alloc(16).toString('base64') } });
    expect(stream.statusCode).toBe(200);
    const ended = endOf(stream);
    isolate(route('/told'));
    expect(await ended).toBe('cut');
  });

  /** A form whose head has been taken, and whose body is not sent yet. */
  const held = async (path: string, body: string) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    const headers = { host: 'hf.test', expect: '100-continue', ...type };
    const outgoing = request({ host: '127.0.0.1', port: gateway.plainPort, path, method: 'POST', headers, agent: false });
    const status = new Promise<number>((done) => {
      outgoing.on('response', (incoming) => void incoming.resume().on('end', () => done(incoming.statusCode ?? 0)));
      outgoing.on('error', () => done(0));
    });
    // RFC 9110 §10.1.1: said when the gateway is ready to read it.
    const taken = new Promise((done) => void outgoing.on('continue', done));
    outgoing.flushHeaders();
    await taken;
    return { status, finish: () => outgoing.end(body) };
  };

  test('a write whose body is held back until then is refused when the rest of it comes, and whoever reads goes on', async () => {
    const [writing, naming, innocent] = [
      await held('/items', 'a=1'),
      await held('/items/7', '_method=DELETE'),
      await held('/items/8', 'a=1'),
    ];
    isolate(route('/items/{}', 'DELETE'));
    naming.finish();
    expect(await naming.status).toBe(503);
    innocent.finish();
    expect(await innocent.status).toBe(200);
    isolate(READ_ONLY);
    writing.finish();
    expect(await writing.status).toBe(503);
    expect(reached).toEqual(['POST /items/8']);
  });
});

describe('whoever is banned', () => {
  const from = (address: string) => ({ host: 'hf.test', 'x-forwarded-for': address });
  const openSocket = async (address: string): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.plainPort}/ws`, { headers: from(address), origin: 'http://hf.test' });
    await new Promise((done, fail) => socket.on('open', done).on('error', fail));
    return socket;
  };
  const THIEF = '203.0.113.9';
  const ban = (prefix: string, expiresAt: number | null = null): void => gateway.push({ bans: [{ prefix, expiresAt }] });
  afterEach(() => gateway.push({ bans: [], allows: [] }));

  test('loses what he has open, and nobody beside him does', async () => {
    const [socket, other] = [await openSocket(THIEF), await openSocket(OFFICE)];
    const [stream, kept] = [await open('/events', { from: THIEF }), await open('/events', { from: OFFICE })];
    const closed = new Promise((done) => void socket.on('close', done));
    const cut = new Promise((done) => void stream.on('error', () => done('cut')).resume());
    ban('203.0.113.0/24');
    expect(await closed).toBe(1008);
    expect(await cut).toBe('cut');
    expect([other.readyState, kept.destroyed]).toEqual([WebSocket.OPEN, false]);
    expect(await send('/', { from: THIEF })).toBe(403);
    kept.destroy();
    other.terminate();
  });

  test('loses nothing when his ban is over, he is on the allow-list, it is this machine, or break-glass holds', async () => {
    const [socket, own] = [await openSocket(THIEF), await openSocket('127.0.0.1')];
    ban(THIEF, Date.now() - 1);
    ban('127.0.0.0/8');
    gateway.push({ allows: ['203.0.113.0/24'], bans: [{ prefix: THIEF, expiresAt: null }] });
    gateway.push({ allows: [], bypassUntil: Date.now() + HOUR_MS });
    // Asked behind it on the same connection: what would have been cut is cut by now.
    const isOpen = (one: WebSocket): Promise<boolean> =>
      new Promise((done) => {
        one.on('pong', () => done(true)).on('close', () => done(false));
        one.ping();
      });
    expect([await isOpen(socket), await isOpen(own)]).toEqual([true, true]);
    socket.terminate();
    own.terminate();
  });
});

describe('over HTTP/2', () => {
  let session: ClientHttp2Session;
  beforeAll(() => {
    // The certificate is of this test.
    session = connectH2(`https://127.0.0.1:${gateway.httpsPort}`, { servername: 'hf.test', rejectUnauthorized: false });
    session.on('error', () => undefined);
  });
  afterAll(() => session.destroy());

  const ask = (headers: Record<string, string>, body?: string): ClientHttp2Stream => {
    const stream = session.request({ ':authority': 'hf.test', 'x-forwarded-for': '203.0.113.1', ...headers });
    stream.on('error', () => undefined);
    stream.end(body);
    return stream;
  };
  const statusOf = (stream: ClientHttp2Stream): Promise<number> =>
    new Promise((done) => {
      stream.on('response', (headers) => done(headers[':status'] ?? 0)).on('close', () => done(0));
      stream.resume();
    });
  const asked = (headers: Record<string, string>, body?: string): Promise<number> => statusOf(ask(headers, body));

  test('streams of what is cut off end, others of the same connection go on, and nothing new is let in', async () => {
    const [gone, kept] = [ask({ ':path': '/events' }), ask({ ':path': '/events', 'x-forwarded-for': OFFICE })];
    expect([await statusOf(gone), await statusOf(kept)]).toEqual([200, 200]);
    const ended = new Promise((done) => void gone.on('close', () => done('cut')));
    isolate({ ...route('/events'), allow: [OFFICE] });
    expect(await ended).toBe('cut');
    expect([kept.closed, session.closed]).toEqual([false, false]);
    expect(await asked({ ':path': '/events' })).toBe(503);
    expect(await asked({ ':path': '/Events/' })).toBe(503);
    expect(await asked({ ':path': '/' })).toBe(200);
    kept.close();
  });

  test('what is only read takes no write', async () => {
    isolate(READ_ONLY);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await asked({ ':method': 'POST', ':path': '/items', ...type }, 'a=1')).toBe(503);
    expect(await asked({ ':method': 'GET', ':path': '/items?_method=PUT' })).toBe(503);
    expect(await asked({ ':method': 'DELETE', ':path': '/items/7' })).toBe(503);
    expect(reached).toEqual([]);
    expect(await asked({ ':method': 'HEAD', ':path': '/items' })).toBe(200);
  });
});

describe('a probe of our own', () => {
  const probe = (token: string, path: string): Promise<number> => send(path, { headers: { [RETEST_HEADER]: token } });
  const ATTACK = "/search?q=x'%20OR%20'1'='1'%20--%20";

  test('is judged behind the closed door, and never reaches the application', async () => {
    const { applications } = gateway.snapshot();
    isolate({});
    expect(await probe(retestToken(KEY, Date.now()), ATTACK)).toBe(503);
    gateway.push({ applications: applications.map((one) => ({ ...one, mode: 'enforce' as const })) });
    expect(await probe(retestToken(KEY, Date.now()), ATTACK)).toBe(403);
    expect(await probe(retestToken(KEY, Date.now()), '/search?q=tea')).toBe(503);
    gateway.push({ applications });
    expect(reached).toEqual([]);
  });

  test('never reaches the application, also when what was cut off is let go meanwhile', async () => {
    expect(await probe(retestToken(KEY, Date.now()), '/search?q=tea')).toBe(503);
    expect(reached).toEqual([]);
    expect(await probe('forged', '/search?q=tea')).toBe(200);
  });

  test('that others make opens nothing', async () => {
    isolate({});
    const { applications } = gateway.snapshot();
    gateway.push({ applications: applications.map((one) => ({ ...one, mode: 'enforce' as const })) });
    const mark = retestToken(KEY, Date.now());
    const forged = ['', 'x', '1.2', retestToken('cd'.repeat(32), Date.now()), retestToken(KEY, Date.now() - HOUR_MS), `9${mark}`];
    for (const token of forged) expect(await probe(token, ATTACK), token).toBe(503);
    gateway.push({ applications });
  });
});
