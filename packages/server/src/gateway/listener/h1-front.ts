import type { ProblemCode } from '@holdfast/contract';
import { createServer, ServerResponse } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { ArrivedRequest, RequestRoom } from '../handle-request.ts';
import { H1Connection } from './h1-connection.ts';
import type { ListenerRole } from './h1-connection.ts';
import { answerRedirect } from './redirect.ts';

export interface H1Front {
  accept(socket: Socket, at: { readonly role: ListenerRole; readonly secure: boolean }): void;
  /** Once a second: cuts heads that take too long. */
  sweep(): void;
  /** From now on every answer closes its connection. */
  drain(): void;
  /** Ends connections on which nothing happens. */
  endIdle(): void;
  readonly size: number;
  close(): void;
}

export interface H1FrontParts {
  readonly room: RequestRoom;
  readonly snapshot: () => CompiledSnapshot;
  readonly httpsPort: () => number | null;
}

// The gate has counted already; Node must not cut silently before it (its own default truncates at 2,000 headers).
const NODE_HEADER_BYTES_MAX = 65_536;

/** One HTTP/1 server for all ports: it never listens itself, connections are handed to it. */
export function createH1Front({ room, snapshot, httpsPort }: H1FrontParts): H1Front {
  const connections = new Map<Duplex, H1Connection>();
  const server = makeServer(snapshot, (incoming) => connections.get(incoming.socket)?.gate.heads[0]?.upgrade === true);
  let isDraining = false;

  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse, upgrade?: ArrivedRequest['upgrade']): void => {
    const connection = connections.get(incoming.socket);
    if (connection === undefined) {
      incoming.socket.destroy();
      return;
    }
    if (isDraining) connection.drain();
    if (incoming.headers.upgrade !== undefined && upgrade === undefined) outgoing.shouldKeepAlive = false;
    const transport = connection.deliver(incoming, outgoing);
    const arrived = { incoming, outgoing, transport, connection: connection.facts(incoming) };
    if (connection.role === 'redirect') answerRedirect(arrived, { room, snapshot, httpsPort });
    else room.handle(upgrade === undefined ? arrived : { ...arrived, upgrade });
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  // Every expectation is judged by the front gate, which refuses all but 100-continue.
  server.on('checkExpectation', onRequest);
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    connections.get(socket)?.release();
    onRequest(incoming, responseOn(socket, incoming), { socket, head });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const connection = connections.get(socket);
    if (connection === undefined || error.code === 'ECONNRESET') socket.destroy();
    else connection.fail(`node-${error.code ?? 'unknown'}`, codeFor(error.code));
  });
  server.on('timeout', (socket: Socket) => {
    const connection = connections.get(socket);
    // Silence while an answer is being made is the application thinking; silence of a full or idle connection is the client.
    if (connection === undefined || connection.isIdle || socket.writableLength > 0) socket.destroy();
  });

  return {
    accept(socket, at) {
      const connection = new H1Connection(socket, {
        ...at,
        limits: snapshot().source.limits,
        rejects: room.rejects,
        identifiers: room.identifiers,
      });
      connections.set(socket, connection);
      socket.once('close', () => connections.delete(socket));
      server.emit('connection', socket);
      intercept(socket, connection);
    },
    sweep() {
      const before = performance.now() - snapshot().source.limits.headersTimeoutMs;
      for (const connection of connections.values()) {
        if (connection.headSince !== null && connection.headSince < before) connection.fail('head-slow', 'request-timeout');
      }
    },
    drain() {
      isDraining = true;
      for (const connection of connections.values()) connection.drain();
    },
    endIdle() {
      for (const connection of connections.values()) if (connection.isIdle) connection.socket.end();
    },
    get size() {
      return connections.size;
    },
    close() {
      for (const { socket } of connections.values()) socket.destroy();
    },
  };
}

/** Node makes no response for an upgrade; refusals of one are ordinary answers all the same. */
function responseOn(socket: Socket, incoming: IncomingMessage): ServerResponse {
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket);
  outgoing.once('finish', () => socket.end());
  socket.on('error', () => undefined);
  return outgoing;
}

/** `isUpgrade`: both parsers must take the same requests for upgrades; one to `h2c` is served as the plain request it also is. */
function makeServer(snapshot: () => CompiledSnapshot, isUpgrade: (incoming: IncomingMessage) => boolean): Server {
  const { keepAliveMs, writeStallMs } = snapshot().source.limits;
  const server = createServer({
    insecureHTTPParser: false,
    // A request that announces no body is over with its head: it gets no stream that has to end, and says so (`readableEnded`).
    optimizeEmptyRequests: true,
    // Host is judged by the front gate, with an answer of ours.
    requireHostHeader: false,
    maxHeaderSize: NODE_HEADER_BYTES_MAX,
    keepAliveTimeout: keepAliveMs,
    // Slow heads and bodies are timed by the gate (`sweep`, `arrival-watch.ts`), which answers in our words.
    headersTimeout: 0,
    requestTimeout: 0,
    noDelay: true,
    shouldUpgradeCallback: isUpgrade,
  });
  server.maxHeadersCount = 0;
  server.timeout = writeStallMs;
  return server;
}

/** Takes the parser's own data listener off the socket and stands in front of it. */
function intercept(socket: Socket, connection: H1Connection): void {
  // The parser has attached exactly one data listener, whose signature is this.
  const [feed] = socket.listeners('data') as ((chunk: Buffer) => void)[];
  if (feed === undefined) throw new Error('assertion: the HTTP parser listens to data');
  socket.off('data', feed);
  connection.intercept(feed);
}

function codeFor(code: string | undefined): ProblemCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'HPE_INVALID_METHOD') return 'method-refused';
  return code === 'HPE_INVALID_VERSION' ? 'version-unsupported' : 'request-malformed';
}
