import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { Clock } from '../../platform/clock.ts';
import { HANDSHAKE_TIMEOUT_MS, hardenedContextOptions } from '../../platform/tls/tls-options.ts';
import type { PairPem } from '../../platform/tls/pair.ts';
import { createIdentifiers } from '../identifiers.ts';
import type { ListenAddresses } from '../listener/listeners.ts';
import { boundAddress, openPort, type PortAddress } from '../listener/ports.ts';
import { sniff } from '../listener/sniff.ts';
import type { GatewayLog } from '../log.ts';
import { answerSealed } from './answer-sealed.ts';

const CONNECTIONS_MAX = 1024;
const FIRST_BYTES_MS = 5000;
/** From the first byte to the last of the one answer that a connection gets. */
const CONNECTION_MS = 15_000;
const HEADER_BYTES_MAX = 16_384;

export interface SealedListenerParts {
  readonly listen: ListenAddresses;
  readonly pair: PairPem;
  readonly contact: string | null;
  readonly clock: Clock;
  readonly log: GatewayLog;
}

export interface SealedListeners {
  readonly bound: ListenAddresses;
  renew(pair: PairPem): void;
  /** At once: whoever waits for an answer gets the real one by asking again. */
  close(): Promise<void>;
}

/** The ports of the gateway while there are no keys: HTTP/1.1 alone, one answer, and the connection is closed after it. */
export async function openSealedListeners({ listen, pair, ...parts }: SealedListenerParts): Promise<SealedListeners> {
  const sockets = new Set<Socket>();
  const http = sealedServer(parts);
  const tls = tlsServer(pair, http);
  const ports: Server[] = [];
  const open = async (at: PortAddress | null, take: (socket: Socket) => void): Promise<PortAddress | null> => {
    if (at === null) return null;
    const onSocket = (socket: Socket): void => {
      if (sockets.size >= CONNECTIONS_MAX) return void socket.destroy();
      sockets.add(socket);
      // A server that does not listen itself keeps no time (its timeouts start with `listening`).
      const deadline = setTimeout(() => socket.destroy(), CONNECTION_MS).unref();
      socket.once('close', () => {
        clearTimeout(deadline);
        sockets.delete(socket);
      });
      take(socket);
    };
    const port = await openPort({ at, onSocket, log: parts.log });
    ports.push(port);
    return boundAddress(port);
  };
  const close = async (): Promise<void> => {
    const closed = ports.map((port) => new Promise((resolve) => port.close(resolve)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
  const plain = (socket: Socket): void => void http.emit('connection', socket);
  const either = (socket: Socket): void =>
    sniff(socket, { timeoutMs: FIRST_BYTES_MS, wantsAlpn: false }, (first) => {
      if (first.kind === 'plain') {
        plain(socket);
        // Paused while the first bytes were put back; TLS takes the handle over, a parser only listens.
        socket.resume();
      } else tls.emit('connection', socket);
    });
  try {
    const bound = {
      https: await open(listen.https, either),
      http: await open(listen.http, plain),
      plain: await open(listen.plain, plain),
    };
    return { bound, close, renew: (next) => tls.setSecureContext({ ...hardenedContextOptions(), ...asContext(next) }) };
  } catch (cause) {
    await close();
    throw cause;
  }
}

const asContext = ({ certPem, keyPem }: PairPem) => ({ cert: certPem, key: keyPem });

function tlsServer(pair: PairPem, http: HttpServer): TlsServer {
  const options = { ...hardenedContextOptions(), ...asContext(pair), handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
  const server = createTlsServer({ ...options, ALPNProtocols: ['http/1.1'] }, (socket) => void http.emit('connection', socket));
  // A failed handshake is a scanner or an old client; the socket is gone already.
  server.on('tlsClientError', () => undefined);
  return server;
}

function sealedServer({ contact, clock }: Pick<SealedListenerParts, 'contact' | 'clock'>): HttpServer {
  const identifiers = createIdentifiers();
  const server = createHttpServer({ maxHeaderSize: HEADER_BYTES_MAX });
  const answer: RequestListener = (incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    answerSealed(incoming, outgoing, { id: identifiers.requestId(), timeMs: clock.now(), contact });
  };
  // Nobody is told to go on with a body, and nothing is upgraded.
  server.on('request', answer).on('checkContinue', answer).on('checkExpectation', answer);
  server.on('upgrade', (_incoming, socket) =>
    socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
  );
  server.on('connect', (_incoming, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}
