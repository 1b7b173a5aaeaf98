import { chmod, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { Refusal } from '../platform/refusal.ts';
import type { Api } from './route.ts';

const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 5000;
const CONNECTIONS_MAX = 256;
const HEADER_BYTES_MAX = 16_384;

/** `tls: null` serves plain HTTP, for tests. */
export type ApiListen =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: (TlsOptions & SecureContextOptions) | null;
    }
  /** Lies in the data directory, which only its owner can enter. */
  | { readonly kind: 'socket'; readonly path: string };

export interface ServedApi {
  /** `127.0.0.1:9443`, or the path of the socket. */
  readonly address: string;
  /** The server itself, so that a new certificate can be set without dropping connections. */
  readonly server: Server;
  close(): Promise<void>;
}

const limits = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
};

function createServer(api: Api, listen: ApiListen): Server {
  const listener = getRequestListener(api.fetch);
  // The listener answers every error itself; its promise never rejects.
  const handle = (...args: Parameters<typeof listener>): void => void listener(...args);
  if (listen.kind === 'tcp' && listen.tls !== null) return createHttpsServer({ ...limits, ...listen.tls }, handle);
  return createHttpServer(limits, handle);
}

async function open(server: Server, listen: ApiListen): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Refusal('port-taken', { cause: error }) : error);
    });
    if (listen.kind === 'socket') server.listen(listen.path, resolve);
    else server.listen(listen.port, listen.host, resolve);
  });
}

/** Serves the API until closed. Of a socket left by a killed process the file is removed first: the data directory's lock says that it is dead. */
export async function serveApi(api: Api, listen: ApiListen): Promise<ServedApi> {
  const server = createServer(api, listen);
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
    server,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // What still runs after this has had its time; a stuck client must not hold up a shutdown.
        setTimeout(() => server.closeAllConnections(), KEEP_ALIVE_MS).unref();
      });
      if (listen.kind === 'socket') await rm(listen.path, { force: true });
    },
  };
}

const listenHost = ({ address, family }: { readonly address: string; readonly family: string }): string =>
  family === 'IPv6' ? `[${address}]` : address;
