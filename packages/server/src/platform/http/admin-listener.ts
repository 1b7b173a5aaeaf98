import { getRequestListener } from '@hono/node-server';
import { chmod, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { Refusal } from '../refusal.ts';

const TLS_HANDSHAKE = 0x16;
const FIRST_BYTE_TIMEOUT_MS = 5000;
const HEADERS_TIMEOUT_MS = 5000;
const CONNECTIONS_MAX = 256;
/** What a probe or a collector on this machine may ask in the clear; all else goes to HTTPS. */
const OPEN_PATHS = new Set(['/-/live', '/-/ready', '/-/startup', '/metrics']);

type Fetch = (request: Request) => Response | Promise<Response>;

export interface AdminListener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Later handshakes use the new certificate. */
  setSecureContext(options: SecureContextOptions): void;
}

export interface AdminListenerOptions {
  readonly at: { readonly host: string; readonly port: number };
  readonly fetch: Fetch;
  readonly tls: SecureContextOptions;
}

/** One loopback port: HTTPS for everything, and plain HTTP for probes only; any other plain request is sent to HTTPS. */
export async function openAdminListener({ at, fetch, tls }: AdminListenerOptions): Promise<AdminListener> {
  const handle = getRequestListener(fetch, { overrideGlobalObjects: false });
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 30_000, maxHeaderSize: 16_384 };
  const secure = createHttpsServer({ ...tls, ...limits, minVersion: 'TLSv1.2' }, handle as RequestListener);
  const plain = createHttpServer(limits, (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    if (incoming.method === 'GET' && OPEN_PATHS.has(pathname)) return void handle(incoming, outgoing);
    const host = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/u.test(incoming.headers.host ?? '')
      ? incoming.headers.host
      : `localhost:${boundTo(front).port}`;
    outgoing.writeHead(308, { location: `https://${host}${pathname}`, connection: 'close' }).end();
    return undefined;
  });
  const front = createTcpServer((socket) => takeByFirstByte(socket, { secure, plain }));
  front.maxConnections = CONNECTIONS_MAX;
  await listen(front, at);
  return {
    host: boundTo(front).address,
    port: boundTo(front).port,
    setSecureContext: (options) => secure.setSecureContext(options),
    [Symbol.asyncDispose]: () => closeAll(front, [secure, plain]),
  };
}

/** The same API on a socket that only the owner of the data directory can open; the file system is the lock on that door. */
export async function openAdminSocket(path: string, fetch: Fetch): Promise<AsyncDisposable> {
  // A killed process leaves its socket file; the lock of the data directory says that nobody serves it.
  await rm(path, { force: true });
  const server = createHttpServer(
    { headersTimeout: HEADERS_TIMEOUT_MS },
    getRequestListener(fetch, { overrideGlobalObjects: false }) as RequestListener,
  );
  await new Promise<void>((done, fail) => {
    server.once('error', (cause) => fail(new Refusal('data-dir-unusable', { cause })));
    server.listen(path, done);
  });
  await chmod(path, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      await closeAll(server, [server]);
      await rm(path, { force: true });
    },
  };
}

function takeByFirstByte(socket: Socket, { secure, plain }: { secure: Server; plain: Server }): void {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(FIRST_BYTE_TIMEOUT_MS, () => socket.destroy());
  socket.once('data', (chunk) => {
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(chunk);
    (chunk[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', socket);
    socket.resume();
  });
}

function listen(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const detail = isTaken
        ? `Another process listens on ${at.host}:${at.port} (admin).`
        : `The admin listener cannot use ${at.host}:${at.port}.`;
      fail(new Refusal(isTaken ? 'port-taken' : 'listen-unsafe', { detail, cause }));
    });
    server.listen(at.port, at.host, done);
  });
}

function boundTo(server: Server): AddressInfo {
  // A listening TCP server has an address object (net.Server docs: a string only for pipes).
  return server.address() as AddressInfo;
}

async function closeAll(front: Server, servers: readonly (Server & { closeAllConnections?: () => void })[]): Promise<void> {
  const closed = new Promise<void>((done) => void front.close(() => done()));
  for (const server of servers) server.closeAllConnections?.();
  await closed;
}
