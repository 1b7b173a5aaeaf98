import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** What the application says when it misbehaves; no visitor may ever read it. */
export const UPSTREAM_SECRET = 'words-of-the-application';
export const TICK_MS = 50;
const CHUNK = Buffer.alloc(65_536, 0x61);
const EVENT_PAUSE_MS = 150;

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface OddApplication extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Heads that arrived, oldest first, at most 1,000. */
  readonly seen: Seen[];
  /** Body bytes that `/sink` and `/slow-sink` have read so far. */
  readonly bytesRead: number;
  /** Body bytes that `/download` has handed to its socket so far. */
  readonly bytesWritten: number;
  /** Lets `/slow-sink` go on. */
  release(): void;
  hits(path: string): number;
}

interface State {
  seen: Seen[];
  bytesRead: number;
  bytesWritten: number;
  gate: PromiseWithResolvers<void>;
}
type Handler = (incoming: IncomingMessage, outgoing: ServerResponse, state: State) => void | Promise<void>;

/** Bytes straight onto the connection, past everything that node's server would set right. */
function raw(outgoing: ServerResponse, bytes: string, isBrokenOff: boolean): void {
  const { socket } = outgoing;
  socket?.write(bytes, 'latin1', () => {
    if (isBrokenOff) socket.resetAndDestroy();
    else socket.end();
  });
}

async function drink(incoming: IncomingMessage, state: State): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  // A request without setEncoding yields Buffers only; the stream type says `any`.
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    state.bytesRead += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { bytes, sha256: hash.digest('hex') };
}

function* chunks(bytes: number, state: State): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    const length = Math.min(left, CHUNK.length);
    state.bytesWritten += length;
    yield CHUNK.subarray(0, length);
  }
}

const json = (outgoing: ServerResponse, value: object): void =>
  void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  [
    '/download',
    async (incoming, outgoing, state) => {
      const bytes = Number(new URL(incoming.url ?? '', 'http://x.test').searchParams.get('bytes'));
      outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
      await pipeline(Readable.from(chunks(bytes, state), { objectMode: false }), outgoing);
    },
  ],
  ['/sink', async (incoming, outgoing, state) => json(outgoing, await drink(incoming, state))],
  [
    '/slow-sink',
    async (incoming, outgoing, state) => {
      await state.gate.promise;
      json(outgoing, await drink(incoming, state));
    },
  ],
  [
    '/events',
    async (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let id = 1; id <= 3; id += 1) {
        outgoing.write(`id: ${id}\ndata: event ${id}\n\n`);
        await sleep(EVENT_PAUSE_MS);
      }
      outgoing.end();
    },
  ],
  ['/hang', () => undefined],
  ['/reset', (incoming) => void incoming.socket.resetAndDestroy()],
  [
    '/reset-in-body',
    (_incoming, outgoing) => {
      const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n';
      raw(outgoing, head + 'a'.repeat(2000), true);
    },
  ],
  [
    '/reset-in-page',
    (_incoming, outgoing) => {
      const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n';
      raw(outgoing, `${head}<p>${UPSTREAM_SECRET}`, true);
    },
  ],
  ['/bad-header', (_incoming, outgoing) => raw(outgoing, `HTTP/1.1 200 OK\r\nX A: ${UPSTREAM_SECRET}\r\n\r\n`, false)],
  ['/split-header', (_incoming, outgoing) => raw(outgoing, `HTTP/1.1 200 OK\r\nX-A: a\rX-B: ${UPSTREAM_SECRET}\r\n\r\n`, false)],
  ['/no-http', (_incoming, outgoing) => raw(outgoing, `220 ${UPSTREAM_SECRET} ESMTP\r\n`, false)],
  [
    '/two-lengths',
    (_incoming, outgoing) =>
      raw(outgoing, `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n${UPSTREAM_SECRET}`, false),
  ],
  ['/hop', (_incoming, outgoing) => void outgoing.writeHead(200, HOP_ANSWER).end('ok')],
  ['/page', (_incoming, outgoing) => void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)],
]);

const PAGE = '<!doctype html><title>page</title><script>own()</script><p>hello</p>';
const HOP_ANSWER = {
  'content-type': 'text/plain',
  connection: 'keep-alive, x-internal',
  'x-internal': 'for the next hop only',
  'proxy-authenticate': 'Basic',
  'keep-alive': 'timeout=5',
};

function serveSocket(socket: WebSocket): void {
  let count = 0;
  const timer = setInterval(() => socket.send(`tick ${(count += 1)}`), TICK_MS);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('close', () => clearInterval(timer));
  socket.on('error', () => undefined);
}

/** An application with every bad manner that a gateway must stand between, and a few good ones. */
export async function startOddApplication(): Promise<OddApplication> {
  const state: State = { seen: [], bytesRead: 0, bytesWritten: 0, gate: Promise.withResolvers<void>() };
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    if (state.seen.length < 1000) state.seen.push({ method, url, headers });
    const handler = HANDLERS.get(url.split('?', 1)[0] ?? '');
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    if (handler !== undefined) void Promise.resolve(handler(incoming, outgoing, state)).catch(() => outgoing.destroy());
    else
      void drink(incoming, state).then(
        ({ bytes }) => json(outgoing, { method, url, headers, bytes }),
        () => outgoing.destroy(),
      );
  });
  server.keepAliveTimeout = 60_000;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4_194_304 });
  server.on('upgrade', (incoming, socket, head) => {
    state.seen.push({ method: 'GET', url: incoming.url ?? '', headers: incoming.headers });
    sockets.handleUpgrade(incoming, socket, head, serveSocket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen: state.seen,
    get bytesRead() {
      return state.bytesRead;
    },
    get bytesWritten() {
      return state.bytesWritten;
    },
    release() {
      state.gate.resolve();
      state.gate = Promise.withResolvers<void>();
    },
    hits: (path) => state.seen.filter(({ url }) => url.split('?', 1)[0] === path).length,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
