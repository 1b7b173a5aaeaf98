import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect as connectH2 } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { watchMemory } from '../../support/process-memory.ts';
import { sendRaw } from '../../support/raw-client.ts';
import type { OddApplication } from './odd-application.ts';
import { startStand } from './stand.ts';
import type { Stand } from './stand.ts';

const MEGABYTE = 1_048_576;
const BIG_BYTES = 50 * MEGABYTE;
const RISE_BYTES_MAX = 60 * MEGABYTE;

let stand: Stand;
let application: OddApplication;
let port = 0;
beforeAll(async () => {
  // Streaming itself: what is not looked at is not held.
  stand = await startStand({ change: { uploads: { action: 'off' } } });
  application = stand.application;
  port = Number(new URL(stand.server.https).port);
});
afterAll(() => stand[Symbol.asyncDispose]());

const portOf = (address: string): number => Number(new URL(address).port);

describe('plain HTTP', () => {
  test('is redirected to HTTPS with path and query, for every method, and never reaches the application', async () => {
    const before = application.seen.length;
    for (const [method, path] of [
      ['GET', '/a/b?c=d%20e'],
      ['POST', '/form'],
      ['HEAD', '/'],
    ] as const) {
      const bytes = `${method} ${path} HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 0\r\n\r\n`;
      const { text } = await sendRaw({ port: portOf(stand.server.http), bytes, answersMax: 1 });
      expect(text).toMatch(/^HTTP\/1\.1 308 /u);
      expect(text.toLowerCase()).toContain(`location: https://localhost:${port}${path}\r\n`.toLowerCase());
      expect(text).not.toMatch(/strict-transport-security/iu);
    }
    expect(application.seen.length).toBe(before);
  });

  test('on the TLS port is sent to HTTPS too, and garbage there is closed without harm', async () => {
    const { text } = await sendRaw({ port, bytes: 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n', answersMax: 1 });
    expect(text).toMatch(/^HTTP\/1\.1 308 /u);
    expect(text.toLowerCase()).toContain(`location: https://localhost:${port}/x`);
    await sendRaw({ port, bytes: '\u0016\u0003\u0001\u0000\u0005hello', quietMs: 100 });
    expect((await stand.server.fetch('/after')).status).toBe(200);
  });
});

interface H2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('HTTP/2', () => {
  let session: ClientHttp2Session;
  beforeAll(async () => {
    session = connectH2(stand.server.https, { ca: stand.server.ca(), servername: 'localhost' });
    await once(session, 'connect');
  });
  afterAll(() => session.destroy());

  const ask = async (path: string, headers: Record<string, string> = {}, body?: Uint8Array): Promise<H2Answer> => {
    const stream = session.request(
      { ':path': path, ':authority': 'localhost', ':method': body === undefined ? 'GET' : 'POST', ...headers },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }];
    const chunks: Buffer[] = [];
    // A stream without setEncoding yields Buffers only; the stream type says `any`.
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { status: answer[':status'], headers: answer, body: Buffer.concat(chunks).toString() };
  };

  test('is what the listener chooses, and serves GET, a form, an upload and many streams at once', async () => {
    expect(session.alpnProtocol).toBe('h2');
    expect((await ask('/hello')).status).toBe(200);
    const form = await ask('/form', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from('a=1&b=two+words'));
    expect([form.status, (JSON.parse(form.body) as { bytes: number }).bytes]).toEqual([200, 15]);
    const bytes = Buffer.alloc(3 * MEGABYTE, 7);
    const upload = await ask('/sink', { 'content-type': 'application/octet-stream' }, bytes);
    expect(JSON.parse(upload.body)).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    const many = await Promise.all(Array.from({ length: 50 }, (_, at) => ask(`/many/${at}`)));
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(many.map(({ headers }) => headers['x-request-id'])).size).toBe(50);
  });

  test('blocks an attack in the query, in a form and in JSON, and passes their twins', async () => {
    const sql = "1' OR '1'='1";
    const json = { 'content-type': 'application/json' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const statuses = async (value: string): Promise<number[]> => [
      (await ask(`/q?id=${encodeURIComponent(value)}`)).status,
      (await ask('/q', form, Buffer.from(new URLSearchParams({ id: value }).toString()))).status,
      (await ask('/q', json, Buffer.from(JSON.stringify({ deep: [{ id: value }] })))).status,
    ];
    expect(await statuses(sql)).toEqual([403, 403, 403]);
    expect(await statuses("O'Neill or 1 of his friends")).toEqual([200, 200, 200]);
  });

  test('delivers events as they come', async () => {
    const stream = session.request({ ':path': '/events', ':authority': 'localhost' });
    const [first] = (await once(stream, 'data')) as [Buffer];
    expect(first.toString()).toBe('id: 1\ndata: event 1\n\n');
    let rest = '';
    stream.on('data', (chunk: Buffer) => (rest += chunk.toString()));
    await once(stream, 'end');
    expect(rest).toContain('data: event 3');
  });
});

describe('headers between client and application', () => {
  test('that belong to one connection or that only a proxy may say never arrive; honest ones do', async () => {
    await stand.server.fetch('/headers', {
      headers: {
        connection: 'close, x-secret-hop',
        'x-secret-hop': '1',
        te: 'trailers',
        'proxy-authorization': 'Basic eA==',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'http',
        'x-real-ip': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        'x-forwarded-host': 'evil.test',
        'x-original-url': '/admin',
        'x-http-method-override': 'DELETE',
        'x-holdfast-jwt-assertion': 'forged',
        'x-honest': 'kept',
        accept: 'text/plain',
      },
    });
    const seen = application.seen.findLast(({ url }) => url === '/headers')?.headers ?? {};
    expect(seen).toMatchObject({
      'x-honest': 'kept',
      accept: 'text/plain',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `localhost:${port}`,
    });
    const gone = ['x-secret-hop', 'te', 'proxy-authorization', 'x-real-ip', 'forwarded', 'x-original-url'];
    for (const name of [...gone, 'x-http-method-override', 'x-holdfast-jwt-assertion'])
      expect(seen, name).not.toHaveProperty(name);
  });

  test('that belong to the application’s connection never reach the client', async () => {
    const { status, headers } = await stand.server.fetch('/hop');
    expect(status).toBe(200);
    for (const name of ['x-internal', 'proxy-authenticate']) expect(headers).not.toHaveProperty(name);
    expect(headers['connection'] ?? '').not.toContain('x-internal');
  });
});

describe('WebSocket', () => {
  const open = (origin: string): WebSocket => new WebSocket(`wss://localhost:${port}/ws`, { origin, ca: stand.server.ca() });
  const own = (): string => `https://localhost:${port}`;

  test('relays text and binary both ways, whole and unchanged, while the application speaks by itself', async () => {
    const socket = open(own());
    const heard: string[] = [];
    const binary: Buffer[] = [];
    socket.on('message', (data: Buffer, isBinary) => void (isBinary ? binary.push(data) : heard.push(data.toString())));
    await once(socket, 'open');
    const big = Buffer.alloc(700_000, 'x');
    socket.send('hello');
    socket.send(big);
    await expect.poll(() => heard).toContain('hello');
    await expect.poll(() => binary.length, { timeout: 15_000 }).toBe(1);
    expect(binary[0]?.equals(big)).toBe(true);
    await expect.poll(() => heard.filter((text) => text.startsWith('tick')).length, { timeout: 15_000 }).toBeGreaterThan(2);
    socket.close(1000, 'bye');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1000);
  });

  test('is refused to another origin, and the application hears nothing of it', async () => {
    const before = application.hits('/ws');
    for (const origin of ['https://evil.test', `http://localhost:${port}`, `https://localhost:${port}.evil.test`, 'null']) {
      const socket = open(origin);
      const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      expect(answer.statusCode, origin).toBe(403);
      socket.on('error', () => undefined);
      socket.terminate();
    }
    expect(application.hits('/ws')).toBe(before);
  });

  test('a message beyond the limit ends with 1009', async () => {
    const socket = open(own());
    await once(socket, 'open');
    socket.send(Buffer.alloc(2 * MEGABYTE));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });
});

describe('large bodies', () => {
  test('50 MB stream up whole, and a reader that stops holds the sender back instead of filling memory', async () => {
    // The buffers and the code of a first upload stay with the process; what counts is what a large one adds.
    const first = {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(8 * MEGABYTE, 1),
    };
    expect((await stand.server.fetch('/sink', first)).status).toBe(200);
    const memory = watchMemory(stand.server.child.pid);
    const chunk = Buffer.alloc(MEGABYTE, 1);
    let sent = 0;
    const before = application.bytesRead;
    const answer = new Promise<string>((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port,
          path: '/slow-sink',
          method: 'POST',
          ca: stand.server.ca(),
          servername: 'localhost',
          headers: { host: 'localhost', 'content-type': 'application/octet-stream', 'content-length': BIG_BYTES },
        },
        (incoming) => {
          let body = '';
          incoming.on('data', (part: Buffer) => (body += part.toString()));
          incoming.on('end', () => resolve(body));
        },
      );
      outgoing.on('error', reject);
      const push = (): void => {
        while (sent < BIG_BYTES) {
          sent += chunk.length;
          if (!outgoing.write(chunk)) {
            outgoing.once('drain', push);
            return;
          }
        }
        outgoing.end();
      };
      push();
    });
    // The application has not read a byte yet: what is under way stands in bounded buffers.
    let last = -1;
    await expect
      .poll(
        () => {
          const isStill = sent === last && sent > 0;
          last = sent;
          return isStill;
        },
        { interval: 300, timeout: 30_000 },
      )
      .toBe(true);
    expect(sent).toBeLessThan(BIG_BYTES);
    expect(application.bytesRead - before).toBe(0);
    application.release();
    expect(JSON.parse(await answer)).toMatchObject({ bytes: BIG_BYTES });
    memory.stop();
    expect(memory.peakBytes - memory.startBytes).toBeLessThan(RISE_BYTES_MAX);
  });

  test('50 MB stream down whole, and a client that stops reading holds the application back', async () => {
    const memory = watchMemory(stand.server.child.pid);
    const before = application.bytesWritten;
    const headers = { host: 'localhost' };
    const options = { host: '127.0.0.1', port, path: `/download?bytes=${BIG_BYTES}`, headers };
    const outgoing = request({ ...options, ca: stand.server.ca(), servername: 'localhost' });
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.pause();
    let last = -1;
    await expect
      .poll(
        () => {
          const written = application.bytesWritten - before;
          const isStill = written === last && written > 0;
          last = written;
          return isStill;
        },
        { interval: 300, timeout: 30_000 },
      )
      .toBe(true);
    expect(last).toBeLessThan(BIG_BYTES);
    let received = 0;
    incoming.on('data', (part: Buffer) => (received += part.length));
    incoming.resume();
    await once(incoming, 'end');
    expect(received).toBe(BIG_BYTES);
    memory.stop();
    expect(memory.peakBytes - memory.startBytes).toBeLessThan(RISE_BYTES_MAX);
  });

  test('one byte over the upload limit is refused', async () => {
    const body = '';
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(104_857_601) };
    const bytes = `POST /sink HTTP/1.1\r\nHost: localhost\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n${body}`;
    const { answers } = await sendRaw({ port, bytes, tls: true, answersMax: 1, quietMs: 1000 });
    expect(answers.map(({ status }) => status)).toEqual([413]);
  });
});

describe('--to and --host', () => {
  test('serve that name only, and a stop says 1001 to open WebSockets', async () => {
    await using own = await HoldfastProcess.start({ args: ['--to', application.url, '--host', 'app.test'] });
    const authority = `app.test:${new URL(own.https).port}`;
    expect((await own.fetch('/', { headers: { host: authority } })).status).toBe(200);
    for (const host of ['localhost', 'other.test', 'app.test.evil.test'])
      expect((await own.fetch('/', { headers: { host } })).status, host).toBe(421);
    const socket = new WebSocket(`wss://localhost:${new URL(own.https).port}/ws`, {
      origin: `https://${authority}`,
      headers: { host: authority },
      ca: own.ca(),
    });
    await once(socket, 'open');
    // The event's one argument that matters is its code (ws: 'close').
    const closed = once(socket, 'close') as Promise<[number]>;
    const ended = own.kill('SIGTERM');
    expect((await closed)[0]).toBe(1001);
    expect(await ended).toBe(0);
  });
});
