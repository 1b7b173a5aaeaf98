import { createServer, type Server } from 'node:http';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { sendRaw, type RawExchange } from '../../support/raw-client.ts';
import { CANARIES } from './frameworks.ts';

/** What runs behind, where it lies, and what a program says to itself when it fails. */
const INTERNAL =
  /\bat \S+:\d+|node:|\/node_modules\/|\/packages\/|\.ts\b|ECONN|EPIPE|undici|UND_ERR|HPE_|nghttp|ERR_|socket hang up/iu;
const told = (text: string): string[] => [
  ...Object.values(CANARIES).filter((canary) => text.includes(canary)),
  ...(INTERNAL.exec(text) === null ? [] : [`${INTERNAL.exec(text)?.[0]} in ${text.slice(0, 400)}`]),
];

let upstream: Server;
let server: HoldfastProcess;

const HEAD = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: ${CANARIES.version}\r\n`;

beforeAll(async () => {
  upstream = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    const path = incoming.url ?? '';
    if (path === '/breaks-off') incoming.socket.end(`${HEAD}Content-Length: 100000\r\n\r\n<p>tea`, 'latin1');
    else if (path === '/resets') {
      incoming.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n<p>te\r\n`, 'latin1', () =>
        incoming.socket.resetAndDestroy(),
      );
    } else if (path === '/bad-chunk')
      incoming.socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n<p>te\r\nZZ${CANARIES.secret}\r\n`, 'latin1');
    else outgoing.writeHead(200, { 'content-type': 'text/plain' }).end('tea');
  });
  // No WebSocket is served: the application says so in words of its own.
  upstream.on('upgrade', (incoming, socket) => {
    const words = `Error: ${CANARIES.secret}\n    at upgrade (${CANARIES.path}/ws.js:3:7)`;
    if (incoming.url === '/ws-resets') socket.destroy();
    else
      socket.end(
        `HTTP/1.1 500 Internal Server Error\r\nServer: ${CANARIES.version}\r\nContent-Length: ${words.length}\r\n\r\n${words}`,
      );
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  // A TCP server that listens has an address object.
  const { port } = upstream.address() as AddressInfo;
  server = await HoldfastProcess.start({ args: ['--to', `http://127.0.0.1:${port}`, '--mode', 'enforce'] });
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  upstream.closeAllConnections();
  await new Promise((done) => upstream.close(done));
});

const portOf = (): number => Number(new URL(server.https).port);
/** A machine that is busy answers late: what was not answered at all is asked again. */
const TRIES_MAX = 10;
async function send(bytes: Uint8Array | string): Promise<RawExchange> {
  for (let tries = 1; ; tries += 1) {
    const exchange = await sendRaw({ port: portOf(), bytes, tls: true, quietMs: 5000, answersMax: 1 });
    if (exchange.answers.length > 0 || exchange.isClosed || tries >= TRIES_MAX) return exchange;
  }
}
const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe('bytes that are no request', () => {
  test.each<[title: string, bytes: string | Uint8Array]>([
    ['a line that is none', 'GET\r\n\r\n'],
    ['a version that is none', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['a field without a name', 'GET / HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n'],
    ['a path with bytes that are no UTF-8', 'GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
    ['a path with raw bytes', Buffer.from('GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1')],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
    ['a chunk that is none', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['fields without end', `GET / HTTP/1.1\r\nHost: localhost\r\n${`X-A: ${'a'.repeat(400)}\r\n`.repeat(90)}\r\n`],
    ['a name with a zero', 'GET / HTTP/1.1\r\nHost: localhost\r\nX\0A: a\r\n\r\n'],
    [
      'a JSON body that is no UTF-8',
      Buffer.from(
        'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"\xff":1} ',
        'latin1',
      ),
    ],
  ])('%s: a status, and nothing of what is inside', async (_title, bytes) => {
    const { answers, text } = await send(bytes);
    expect(told(text)).toEqual([]);
    expect(answers[0]?.status ?? 0, text.slice(0, 200)).toBeGreaterThanOrEqual(400);
  });
});

describe('a WebSocket that is not served', () => {
  test.each(['/ws', '/ws-resets'])('%s', async (path) => {
    const { answers, text } = await send(upgrade(path));
    expect(told(text)).toEqual([]);
    expect(answers[0]?.status ?? 0, text.slice(0, 200)).toBeGreaterThanOrEqual(400);
  });
});

describe('an application that breaks off in the middle', () => {
  test.each(['/breaks-off', '/resets', '/bad-chunk'])(
    '%s over HTTP/1.1: what it sent, and no word of ours behind it',
    async (path) => {
      const { text } = await send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      expect(told(text)).toEqual([]);
      expect(text).not.toMatch(/<p>te[\s\S]*(?:error|upstream|problem)/iu);
    },
  );

  test.each(['/breaks-off', '/resets', '/bad-chunk'])('%s over HTTP/2: an error code, and no more', async (path) => {
    const session: ClientHttp2Session = connect(server.https, { rejectUnauthorized: false, servername: 'localhost' });
    session.on('error', () => undefined);
    const stream = session.request({ ':path': path, ':authority': 'localhost' });
    const seen: string[] = [];
    stream.on('response', (headers) => seen.push(JSON.stringify(headers)));
    stream.on('data', (chunk: Buffer) => seen.push(chunk.toString('latin1')));
    stream.on('error', () => undefined);
    await new Promise<void>((done) => stream.once('close', done));
    session.destroy();
    expect(told(seen.join('\n'))).toEqual([]);
    // Either it was known before anything was sent, or the stream ends as one that failed (RFC 9113 §8.1).
    const isRefused = seen.some((part) => /":status":5\d\d/u.test(part));
    expect(isRefused || stream.rstCode !== constants.NGHTTP2_NO_ERROR, seen.join('\n')).toBe(true);
  });
});

describe('HTTP/2 that is none', () => {
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  test.each<[title: string, bytes: Buffer]>([
    ['a frame that is too large', Buffer.concat([Buffer.from(PREFACE), Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])])],
    ['settings of a stream', Buffer.concat([Buffer.from(PREFACE), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 3])])],
    [
      'headers that cannot be unpacked',
      Buffer.concat([Buffer.from(PREFACE), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2, 1, 5, 0, 0, 0, 1, 0xff, 0xff])]),
    ],
    ['HTTP/1.1 where HTTP/2 was agreed', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])(
    '%s: the connection ends, and says nothing',
    async (_title, bytes) => {
      const socket = connectTls({
        port: portOf(),
        host: '127.0.0.1',
        servername: 'localhost',
        rejectUnauthorized: false,
        ALPNProtocols: ['h2'],
      });
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      const ended = new Promise<void>((done) => socket.once('close', () => done()));
      socket.once('secureConnect', () => socket.write(bytes));
      await ended;
      expect(told(Buffer.concat(chunks).toString('latin1'))).toEqual([]);
    },
    60_000,
  );
});
