import { chmod, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions, Server as TlsServer, TlsOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { Refusal } from '../platform/refusal.ts';
import { OWN_HOST } from './shield.ts';
import { answerList } from './vault/list-verb/answer-list.ts';

const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 5000;
const CLOSE_GRACE_MS = 2000;
const CONNECTIONS_MAX = 256;
const HEADER_BYTES_MAX = 16_384;
/** RFC 8446 §5.1: a TLS record of type handshake. */
const TLS_HANDSHAKE = 0x16;
const OPEN_PATHS = new Set(['/-/live', '/-/ready', '/-/startup', '/metrics']);

/** `tls: null` serves plain HTTP, for tests. */
export type ApiListen =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: (TlsOptions & SecureContextOptions) | null;
      /** Which setting says this place; left out = `--admin`. */
      readonly setting?: string;
    }
  /** Lies in the data directory, which only its owner can enter. */
  | { readonly kind: 'socket'; readonly path: string };

export interface ServedApi {
  /** `127.0.0.1:9443`, or the path of the socket. */
  readonly address: string;
  /** The TLS side, so that a new certificate can be set without dropping connections; null where there is none. */
  readonly tlsServer: TlsServer | null;
  close(): Promise<void>;
}

const limits = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
};

/** What answers: the admin API, or that of Vault clients alone. */
export interface Served {
  // The second argument is what the framework hands on as the bindings of a call.
  readonly fetch: (request: Request, bindings?: object) => Response | Promise<Response>;
}

type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => void;
type HttpServer = ReturnType<typeof createHttpServer>;

interface Doors {
  /** What listens. */
  readonly front: Server;
  readonly tlsServer: (TlsServer & HttpServer) | null;
  readonly http: HttpServer;
}

function createDoors(api: Served, listen: ApiListen): Doors {
  const listener = getRequestListener(api.fetch);
  // The listener answers every error itself; its promise never rejects.
  const handle: Handle = (incoming, outgoing) => void listener(incoming, outgoing);
  if (listen.kind === 'socket' || listen.tls === null) {
    const http = createHttpServer(limits, handle);
    if (listen.kind === 'tcp') answerList(http, (request, socket) => api.fetch(request, { incoming: { socket } }));
    return { front: http, tlsServer: null, http };
  }
  const tlsServer = createHttpsServer({ ...limits, ...listen.tls }, handle);
  answerList(tlsServer, (request, socket) => api.fetch(request, { incoming: { socket } }));
  const http = createHttpServer(limits, probesOnly(handle));
  return { front: createTcpServer((socket) => enter(socket, { tlsServer, http })), tlsServer, http };
}

/** What a health check or a collector on this machine may ask in the clear; everything else is sent to HTTPS. */
function probesOnly(handle: Handle): Handle {
  return (incoming, outgoing) => {
    const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/';
    if (OPEN_PATHS.has(path)) return handle(incoming, outgoing);
    const host = OWN_HOST.test(incoming.headers.host ?? '') ? incoming.headers.host : null;
    if (host === null || !path.startsWith('/')) return void outgoing.writeHead(421, { connection: 'close' }).end();
    return void outgoing.writeHead(308, { location: `https://${host}${path}`, connection: 'close' }).end();
  };
}

/** One port for both: the first byte tells a TLS handshake from an HTTP method. */
function enter(socket: Socket, { tlsServer, http }: { tlsServer: Server; http: Server }): void {
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), HEADERS_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.once('data', (chunk) => {
    clearTimeout(timer);
    socket.pause();
    socket.unshift(chunk);
    if (chunk[0] === TLS_HANDSHAKE) tlsServer.emit('connection', socket);
    else {
      http.emit('connection', socket);
      // TLS takes the handle over, and the bytes that were put back with it; a parser only listens.
      socket.resume();
    }
  });
}

async function open(server: Server, listen: ApiListen): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const detail =
        listen.kind === 'tcp'
          ? `Another process listens on ${listen.host}:${listen.port}, the place of ${listen.setting ?? '--admin'}.`
          : undefined;
      reject(
        error.code === 'EADDRINUSE'
          ? new Refusal('port-taken', { cause: error, ...(detail === undefined ? {} : { detail }) })
          : error,
      );
    });
    if (listen.kind === 'socket') server.listen(listen.path, resolve);
    else server.listen(listen.port, listen.host, resolve);
  });
}

/** Serves the API until closed. Of a socket left by a killed process the file is removed first: the data directory's lock says that it is dead. */
export async function serveApi(api: Served, listen: ApiListen): Promise<ServedApi> {
  const { front: server, tlsServer, http } = createDoors(api, listen);
  server.maxConnections = CONNECTIONS_MAX;
  if (listen.kind === 'socket') await rm(listen.path, { force: true });
  // A socket is made with the rights that the mask leaves: closed from the first moment, not only after chmod.
  const mask = listen.kind === 'socket' ? process.umask(0o177) : null;
  try {
    await open(server, listen);
  } finally {
    if (mask !== null) process.umask(mask);
  }
  if (listen.kind === 'socket') await chmod(listen.path, 0o600);
  const bound = server.address();
  const address = bound === null || typeof bound === 'string' ? String(bound) : `${listenHost(bound)}:${bound.port}`;
  return {
    address,
    tlsServer,
    async close() {
      const servers = tlsServer === null ? [http] : [http, tlsServer];
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const each of servers) each.closeIdleConnections();
        // What still runs after this has had its time; a stuck client must not hold up a shutdown.
        setTimeout(() => {
          for (const each of servers) each.closeAllConnections();
        }, CLOSE_GRACE_MS).unref();
      });
      if (listen.kind === 'socket') await rm(listen.path, { force: true });
    },
  };
}

const listenHost = ({ address, family }: { readonly address: string; readonly family: string }): string =>
  family === 'IPv6' ? `[${address}]` : address;
