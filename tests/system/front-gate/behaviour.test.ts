import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect as connectH2, constants } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { uploadPlace } from '../../support/upload-place.ts';
import { sendRaw } from '../../support/raw-client.ts';
import { makeCertificate, startTestGateway, testSnapshot } from '../../support/test-gateway.ts';
import type { TestGateway } from '../../support/test-gateway.ts';

const HOST = 'Host: hf.test\r\n';
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;

const state = { hits: 0, aborted: 0, bytes: 0 };

/** Faults and streams of an application, by path. */
function application(incoming: IncomingMessage, outgoing: ServerResponse): void {
  state.hits += 1;
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) state.aborted += 1;
  });
  const path = (incoming.url ?? '').split('?')[0];
  if (path === '/reset') incoming.socket.destroy();
  else if (path === '/half') {
    outgoing.writeHead(200, { 'content-length': '100', 'content-type': 'image/png' });
    outgoing.write('half');
    setTimeout(() => incoming.socket.destroy(), 50);
  } else if (path === '/events') {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write('data: one\n\n');
    setTimeout(() => outgoing.write('data: two\n\n'), 300);
  } else if (path === '/silent') incoming.resume();
  else if (path === '/split') incoming.socket.end('HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: x\r\nContent-Length: 0\r\n\r\n');
  else if (path === '/switch')
    incoming.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nsecret');
  else
    incoming
      .on('data', (chunk: Buffer) => (state.bytes += chunk.length))
      .on('error', () => undefined)
      .on('end', () => outgoing.end(JSON.stringify({ method: incoming.method, bytes: state.bytes })));
}

let server: Server;
let sockets: WebSocketServer;
let gateway: TestGateway;
let upstream: string;
beforeAll(async () => {
  server = createServer(application);
  sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await startTestGateway(snapshot());
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  sockets.close();
  server.closeAllConnections();
  server.close();
});

const snapshot = (change: object = {}, settings: object = {}): ReturnType<typeof testSnapshot> =>
  testSnapshot(
    {
      upstream,
      hosts: [],
      timeouts: { headersMs: 400, bodyIdleMs: 400 },
      body: { inspectBytesMax: 65_536, uploadBytesMax: 1_048_576 },
      webSocket: { origins: ['http://friend.test'], frameBytesMax: 1000, idleMs: 60_000 },
      uploads: { action: 'off' },
      ...settings,
    },
    change,
  );

const raw = (text: string, more: object = {}): ReturnType<typeof sendRaw> =>
  sendRaw({ port: gateway.plainPort, bytes: text, answersMax: 1, quietMs: 1500, ...more });
const statusOf = async (text: string): Promise<number | undefined> => (await raw(text)).answers[0]?.status;

describe('listeners', () => {
  it('sends plain HTTP to HTTPS with 308 and keeps path and query', async () => {
    const { answers } = await raw(get('/a/b?c=d'), { port: gateway.httpPort });
    expect(answers[0]?.status).toBe(308);
    expect(answers[0]?.headers).toContainEqual(['location', `https://hf.test:${gateway.httpsPort}/a/b?c=d`]);
    expect(answers[0]?.headers.some(([name]) => name === 'strict-transport-security')).toBe(false);
  });

  it('sends plain HTTP on the TLS port to HTTPS, and refuses a broken host there', async () => {
    const { answers } = await raw(get('/x'), { port: gateway.httpsPort });
    expect(answers[0]?.status).toBe(308);
    const broken = await raw('GET /x HTTP/1.1\r\nHost: a b\r\n\r\n', { port: gateway.httpsPort });
    expect(broken.answers[0]?.status).toBe(400);
  });

  it('answers an ACME HTTP-01 challenge on the plain port only', async () => {
    gateway.push({ challenges: [{ token: 'tok', keyAuthorization: 'tok.key' }] });
    const { answers } = await raw(get('/.well-known/acme-challenge/tok'), { port: gateway.httpPort });
    expect(answers[0]).toMatchObject({ status: 200, body: 'tok.key' });
    expect((await raw(get('/.well-known/acme-challenge/other'), { port: gateway.httpPort })).answers[0]?.status).toBe(308);
  });

  it('shows the challenge certificate to ACME TLS-ALPN-01 only, and swaps certificates while connections stay', async () => {
    const peer = (ALPNProtocols: string[]): Promise<{ socket: TLSSocket; serial: string }> =>
      new Promise((resolve, reject) => {
        const at = {
          host: '127.0.0.1',
          port: gateway.httpsPort,
          servername: 'hf.test',
          rejectUnauthorized: false,
          ALPNProtocols,
        };
        const socket = connectTls(at, () => resolve({ socket, serial: socket.getPeerCertificate().serialNumber }));
        socket.on('error', reject);
      });
    const challenge = makeCertificate();
    gateway.push({ alpnCertificates: [{ names: ['hf.test'], ...challenge }] });
    const before = await peer(['http/1.1']);
    const proof = await peer(['acme-tls/1']);
    expect(proof.socket.alpnProtocol).toBe('acme-tls/1');
    expect(proof.serial).not.toBe(before.serial);
    gateway.push({ alpnCertificates: [], certificates: [{ names: ['hf.test'], ...challenge }] });
    expect((await peer(['http/1.1'])).serial).toBe(proof.serial);
    before.socket.write(get('/'));
    const [answer] = (await once(before.socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('200 OK');
    before.socket.destroy();
  });

  it('names the taken port', async () => {
    const { createInProcessLink } = await import('../../../packages/server/src/gateway/link/in-process.ts');
    const { systemClock } = await import('../../../packages/server/src/platform/clock.ts');
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const at = { host: '127.0.0.1', port: gateway.plainPort };
    const listen = { https: null, http: null, plain: at };
    const link = createInProcessLink({ listen, clock: systemClock, log, node: 'two', uploads: uploadPlace() });
    await expect(link.start(snapshot())).rejects.toMatchObject({ code: 'port-taken' });
    await link.close(10);
  });
});

describe('steps', () => {
  it('refuses an unknown host with 421 and serves the known one', async () => {
    const other = await startTestGateway(snapshot({}, { hosts: ['hf.test'] }));
    const port = other.plainPort;
    expect((await raw('GET / HTTP/1.1\r\nHost: other.test\r\n\r\n', { port })).answers[0]?.status).toBe(421);
    expect((await raw(get('/'), { port })).answers[0]?.status).toBe(200);
    await other[Symbol.asyncDispose]();
  });

  it('blocks an attack in enforce mode, records it in monitor mode and in break-glass', async () => {
    const attack = get('/items?id=1%27%20or%20%271%27=%271');
    expect(await statusOf(attack)).toBe(403);
    gateway.push({ bypassUntil: Date.now() + 60_000 });
    expect(await statusOf(attack)).toBe(200);
    gateway.push({ bypassUntil: null, applications: snapshot({}, { mode: 'monitor' }).applications });
    expect(await statusOf(attack)).toBe(200);
    gateway.push({ applications: snapshot().applications });
    expect(await statusOf(get('/items?id=1%20or%20two'))).toBe(200);
    await expect.poll(() => gateway.events('request.completed').filter(({ outcome }) => outcome === 'recorded').length).toBe(2);
    const blocked = gateway.events('request.completed').find(({ outcome }) => outcome === 'blocked');
    expect(blocked).toMatchObject({ application: 'echo', payload: { problem: 'request-blocked', status: 403 } });
  });

  it('honours an exception for its parameter only', async () => {
    const attack = (name: string): string => get(`/items?${name}=1%27%20or%20%271%27=%271`);
    await raw(attack('q'));
    await expect.poll(() => gateway.events('request.completed').some(({ outcome }) => outcome === 'blocked')).toBe(true);
    const findings = gateway
      .events('request.completed')
      .flatMap(({ payload }) => payload['findings'] as { rule: string; name: string }[]);
    const rules = [...new Set(findings.map(({ rule }) => rule))];
    const exception = {
      application: 'echo',
      method: 'GET',
      route: '/items',
      location: 'query',
      parameter: 'q',
      group: 'sqli',
      reason: 'a test',
    };
    const times = { createdAt: 0, expiresAt: Date.now() + 60_000 };
    const list = rules.map((rule, at) => ({ ...exception, ...times, rule, id: `0000000000000000000000000${at}` }));
    gateway.push({ exceptions: list as never });
    expect(await statusOf(attack('q'))).toBe(200);
    expect(await statusOf(attack('other'))).toBe(403);
    gateway.push({ exceptions: [] });
  });

  it('limits the rate with Retry-After and never bans loopback', async () => {
    gateway.push({ applications: snapshot({}, { rate: { perSecond: 1, burst: 2, includeLoopback: true } }).applications });
    expect(await statusOf(get('/'))).toBe(200);
    expect(await statusOf(get('/'))).toBe(200);
    const third = await raw(get('/'));
    expect(third.answers[0]?.status).toBe(429);
    expect(third.answers[0]?.headers.some(([name]) => name === 'retry-after')).toBe(true);
    gateway.push({ applications: snapshot().applications, bans: [{ prefix: '127.0.0.0/8', expiresAt: null }] });
    expect(await statusOf(get('/'))).toBe(200);
  });

  it('bans a forwarded address behind a trusted proxy, unless it is allowed or the ban has run out', async () => {
    const from = (address: string): string => get('/', `X-Forwarded-For: 9.9.9.9, ${address}\r\n`);
    gateway.push({ trustedHops: 1, bans: [{ prefix: '203.0.113.0/24', expiresAt: null }], allows: ['203.0.113.7'] });
    expect(await statusOf(from('203.0.113.8'))).toBe(403);
    expect(await statusOf(from('203.0.113.7'))).toBe(200);
    expect(await statusOf(from('198.51.100.1'))).toBe(200);
    // A proxy may add a line of its own instead of appending; and no list is so long that its right end is forgotten.
    const lines = 'X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 203.0.113.8\r\n';
    expect(await statusOf(get('/', lines))).toBe(403);
    expect(await statusOf(from(`${'203.0.113.7, '.repeat(100)}203.0.113.8`))).toBe(403);
    gateway.push({ bans: [{ prefix: '203.0.113.0/24', expiresAt: Date.now() - 1 }] });
    expect(await statusOf(from('203.0.113.8'))).toBe(200);
    gateway.push({ trustedHops: 0, bans: [], allows: [] });
  });

  it('answers 404 under its own paths, whatever their letter case', async () => {
    expect(await statusOf(get('/.holdfast/nothing'))).toBe(404);
    expect(await statusOf(get('/.HOLDFAST/nothing'))).toBe(404);
    expect(await statusOf(get('/.well-known/x'))).toBe(200);
  });
});

describe('bodies', () => {
  const post = (type: string, body: Buffer, headers = ''): Buffer =>
    Buffer.concat([
      Buffer.from(`POST /form HTTP/1.1\r\n${HOST}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n${headers}\r\n`),
      body,
    ]);
  const status = async (bytes: Buffer): Promise<number | undefined> =>
    (await sendRaw({ port: gateway.plainPort, bytes, answersMax: 1, quietMs: 1500 })).answers[0]?.status;

  it('waits for no body where none is announced', async () => {
    const report = `POST /.holdfast/csp-report HTTP/1.1\r\n${HOST}Content-Type: application/csp-report\r\n`;
    const post = `POST /form HTTP/1.1\r\n${HOST}`;
    for (const [text, status] of [
      [`${report}\r\n`, 204],
      [`${report}Content-Length: 0\r\n\r\n`, 204],
      [`${post}\r\n`, 200],
      [`${post}Content-Length: 0\r\n\r\n`, 200],
    ] as const)
      expect(await statusOf(text), text).toBe(status);
  });

  it('inspects inside a compressed body and passes an honest one', async () => {
    const form = 'application/x-www-form-urlencoded';
    expect(await status(post(form, gzipSync('id=1%27%20or%20%271%27%3D%271'), 'Content-Encoding: gzip\r\n'))).toBe(403);
    expect(await status(post(form, gzipSync('id=hello'), 'Content-Encoding: gzip\r\n'))).toBe(200);
    expect(await status(post(form, brotliCompressSync('id=hello'), 'Content-Encoding: br\r\n'))).toBe(200);
  });

  it('refuses bombs, double encodings, unknown ones and bytes behind the end', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(20_000_000));
    expect(await status(post('text/plain', bomb, 'Content-Encoding: br\r\n'))).toBe(413);
    expect(await status(post('text/plain', gzipSync(gzipSync('a')), 'Content-Encoding: gzip, gzip\r\n'))).toBe(415);
    expect(await status(post('text/plain', Buffer.from('a'), 'Content-Encoding: rot13\r\n'))).toBe(415);
    expect(
      await status(post('text/plain', Buffer.concat([gzipSync('a'), Buffer.from('tail')]), 'Content-Encoding: gzip\r\n')),
    ).toBe(400);
  });

  it('streams an upload beyond the inspection limit up to its own limit, with and without a length', async () => {
    const type = 'application/octet-stream';
    state.bytes = 0;
    expect(await status(post(type, Buffer.alloc(500_000)))).toBe(200);
    expect(state.bytes).toBe(500_000);
    expect(await status(post(type, Buffer.alloc(1_100_000)))).toBe(413);
    expect(await status(post('text/plain', Buffer.alloc(500_000, 97)))).toBe(413);
    const chunk = `${(100_000).toString(16)}\r\n${'a'.repeat(100_000)}\r\n`;
    const head = `POST /form HTTP/1.1\r\n${HOST}Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    state.bytes = 0;
    expect(await status(Buffer.from(`${head}${chunk.repeat(5)}0\r\n\r\n`))).toBe(200);
    expect(state.bytes).toBe(500_000);
    expect(await status(Buffer.from(`${head}${chunk.repeat(20)}0\r\n\r\n`))).not.toBe(200);
  });

  it('never lets a streamed upload end whole after a framing fault', async () => {
    const chunk = `${(100_000).toString(16)}\r\n${'a'.repeat(100_000)}\r\n`;
    const head = `POST /form HTTP/1.1\r\n${HOST}Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const { answers } = await sendRaw({ port: gateway.plainPort, bytes: `${head}${chunk}zz\r\n`, answersMax: 1, quietMs: 1500 });
    expect(answers.map((answer) => answer.status)).toEqual([400]);
  });
});

describe('upstream', () => {
  it('turns refusal, reset, splitting and unasked upgrades into 502 and silence into 504', async () => {
    expect(await statusOf(get('/reset'))).toBe(502);
    expect(await statusOf(get('/split'))).toBe(502);
    expect(await statusOf(get('/switch'))).toBe(502);
    expect(await statusOf(get('/silent'))).toBe(504);
    gateway.push({ applications: snapshot({}, { upstream: 'http://127.0.0.1:9' }).applications });
    expect(await statusOf(get('/'))).toBe(502);
    gateway.push({ applications: snapshot().applications });
  });

  it('never repeats an unsafe method', async () => {
    const before = state.hits;
    expect(await statusOf(`POST /reset HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`)).toBe(502);
    expect(state.hits - before).toBe(1);
  });

  it('cuts the client off when the answer breaks off', async () => {
    const got = await raw(get('/half'));
    expect(got.isClosed).toBe(true);
    expect(got.answers).toEqual([]);
    expect(got.text).toContain('half');
  });

  it('passes events as they come, without buffering and beyond the idle time of bodies', async () => {
    const got = await raw(get('/events'), { quietMs: 600 });
    expect(got.text).toContain('data: one');
    expect(got.text).toContain('data: two');
  });

  it('gives the application its time back when the client goes', async () => {
    const before = state.aborted;
    const socket = connect(gateway.plainPort, '127.0.0.1');
    socket.write(get('/events'));
    await new Promise<void>((resolve) => {
      socket.once('data', () => resolve());
    });
    socket.destroy();
    await expect.poll(() => state.aborted).toBeGreaterThan(before);
  });
});

describe('http/2', () => {
  const open = (): ClientHttp2Session => {
    const session = connectH2(`https://127.0.0.1:${gateway.httpsPort}`, { rejectUnauthorized: false, servername: 'hf.test' });
    session.on('error', () => undefined);
    return session;
  };
  const ask = (session: ClientHttp2Session, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve) => {
      const stream = session.request({ ':path': '/', ':authority': 'hf.test', ...headers });
      stream.on('response', (answer) => resolve(Number(answer[':status'])));
      stream.on('error', () => resolve(0));
      stream.on('close', () => resolve(0));
      stream.resume();
      stream.end();
    });

  it('serves requests and refuses what HTTP/2 forbids', async () => {
    const session = open();
    expect(await ask(session, {})).toBe(200);
    expect(await ask(session, { host: 'other.test' })).not.toBe(200);
    expect(await ask(session, { x_y: 'z' })).toBe(400);
    expect(await ask(session, { ':path': '/a%2fb' })).toBe(400);
    expect(await ask(session, { ':path': '/fine' })).toBe(200);
    session.close();
  });

  const ready = (session: ClientHttp2Session): Promise<void> =>
    new Promise((resolve, reject) => {
      session.once('remoteSettings', () => resolve());
      session.once('close', () => reject(new Error('the session was closed before its settings came')));
    });
  const ended = (session: ClientHttp2Session): Promise<number | undefined> =>
    new Promise((resolve) => {
      let code: number | undefined;
      session.on('goaway', (received) => (code = received));
      session.on('close', () => resolve(code));
    });

  it('ends a session of rapid resets with ENHANCE_YOUR_CALM', async () => {
    const session = open();
    const end = ended(session);
    await ready(session);
    const before = state.hits;
    const timer = setInterval(() => {
      for (let at = 0; at < 50 && !session.destroyed && !session.closed; at += 1) {
        const stream = session.request({ ':path': '/silent', ':authority': 'hf.test' });
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_CANCEL);
      }
    }, 10);
    expect(await end).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    clearInterval(timer);
    expect(state.hits - before).toBeLessThanOrEqual(200);
  });

  it('ends a session that floods PING or SETTINGS', async () => {
    for (const flood of ['ping', 'settings'] as const) {
      const session = open();
      const end = ended(session);
      await ready(session);
      const timer = setInterval(() => {
        for (let at = 0; at < 4 && !session.destroyed && !session.closed; at += 1) {
          if (flood === 'ping') session.ping(() => undefined);
          else session.settings({ initialWindowSize: 70_000 + at });
        }
      }, 5);
      expect(await end, flood).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      clearInterval(timer);
    }
  });
});

describe('websocket', () => {
  it('serves a client that offers h2c as the plain HTTP/1.1 client it also is', async () => {
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    const { answers, isClosed } = await raw(get('/', offer) + get('/'), { answersMax: 2 });
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(isClosed).toBe(true);
  });

  const open = (origin: string | undefined): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${gateway.plainPort}/ws`, {
      ...(origin === undefined ? {} : { origin }),
      headers: { host: 'hf.test' },
    });
  const outcome = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('unexpected-response', (_request, answer) => resolve(String(answer.statusCode)));
      socket.on('error', () => resolve('error'));
    });
  const closed = (socket: WebSocket): Promise<number> =>
    new Promise((resolve) => {
      socket.on('close', (code) => resolve(code));
    });

  it('relays for its own and listed origins and refuses others', async () => {
    for (const origin of ['http://hf.test', 'http://friend.test']) {
      const socket = open(origin);
      expect(await outcome(socket)).toBe('open');
      const echoed = new Promise<string>((resolve) => {
        socket.on('message', (data: Buffer) => resolve(data.toString()));
      });
      socket.send('hello');
      expect(await echoed).toBe('hello');
      socket.close();
    }
    expect(await outcome(open('http://evil.test'))).toBe('403');
    expect(await outcome(open(undefined))).toBe('403');
  });

  it('closes with 1009 on a frame over the limit', async () => {
    const socket = open('http://hf.test');
    expect(await outcome(socket)).toBe('open');
    const end = closed(socket);
    socket.send('x'.repeat(2000));
    expect(await end).toBe(1009);
  });

  it('says 1001 and lets requests finish when the gateway closes', async () => {
    const other = await startTestGateway(snapshot({}, { timeouts: { headersMs: 5000, bodyIdleMs: 5000 } }));
    const socket = new WebSocket(`ws://127.0.0.1:${other.plainPort}/ws`, {
      origin: 'http://hf.test',
      headers: { host: 'hf.test' },
    });
    expect(await outcome(socket)).toBe('open');
    const end = closed(socket);
    const slow = sendRaw({ port: other.plainPort, bytes: get('/events'), answersMax: 1, quietMs: 700 });
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 100);
    });
    const closing = other.link.close(2000);
    expect(await end).toBe(1001);
    expect((await slow).text).toContain('data: two');
    await closing;
    await expect(sendRaw({ port: other.plainPort, bytes: get('/') })).rejects.toThrow();
  });
});

describe('slow clients', () => {
  it('cuts slow heads and slow bodies with 408 and serves others meanwhile', async () => {
    const limits = { headersTimeoutMs: 300, requestTimeoutMs: 300 };
    const other = await startTestGateway(snapshot({ limits }));
    const port = other.plainPort;
    const slowHead = sendRaw({ port, bytes: `GET / HTTP/1.1\r\n${HOST}`, quietMs: 3000, answersMax: 1 });
    const slowBody = sendRaw({
      port,
      bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`,
      quietMs: 3000,
      answersMax: 1,
    });
    const silent = sendRaw({ port, bytes: '', quietMs: 3000, answersMax: 1 });
    expect((await sendRaw({ port, bytes: get('/'), answersMax: 1 })).answers[0]?.status).toBe(200);
    expect((await slowHead).answers[0]?.status).toBe(408);
    expect((await slowBody).answers[0]?.status).toBe(408);
    expect((await silent).answers[0]?.status).toBe(408);
    await other[Symbol.asyncDispose]();
  });
});

describe('drain', () => {
  it('fails no request of clients that keep their connections while it closes', async () => {
    const other = await startTestGateway(snapshot());
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const ask = (): Promise<number | string> =>
      new Promise((resolve) => {
        const asked = request({ port: other.plainPort, host: '127.0.0.1', agent, headers: { host: 'hf.test' } }, (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        });
        asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
        asked.end();
      });
    const answers: (number | string)[] = [];
    const until = { isOver: false };
    const clients = Array.from({ length: 4 }, async () => {
      while (!until.isOver) answers.push(await ask());
    });
    await expect.poll(() => answers.length).toBeGreaterThan(20);
    await other.link.close(3000);
    until.isOver = true;
    await Promise.all(clients);
    agent.destroy();
    // After the port is closed a new connection is refused; anything else would be a request lost on an open one.
    expect(answers.filter((answer) => answer !== 200 && answer !== 'ECONNREFUSED')).toEqual([]);
  });
});
