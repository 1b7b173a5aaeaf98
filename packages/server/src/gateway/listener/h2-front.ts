import { constants, createServer } from 'node:http2';
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { ConnectionFacts } from '../exchange.ts';
import type { RequestRoom } from '../handle-request.ts';
import { tlsKeyOf } from '../visitor/tls-key.ts';
import { H2Budget } from './h2-budget.ts';
import type { BudgetFault } from './h2-budget.ts';
import type { RepeatOffenders } from './repeat-offenders.ts';

export interface H2Front {
  accept(socket: Socket): void;
  drain(): void;
  readonly size: number;
  close(): void;
}

const STREAM_WINDOW_BYTES = 65_535;
const CONNECTION_WINDOW_BYTES = 1_048_576;
const SESSION_MEMORY_MB = 10;
const IDLE_MS = 30_000;
const LINGER_MS = 1000;
const ENHANCE_YOUR_CALM_STATUS = 429;

/** How Node names a session that it has ended for `maxSessionInvalidFrames`. A single protocol error is a bug, not a flood. */
const INVALID_FRAMES_ERROR = 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES';

export interface H2FrontParts {
  readonly room: RequestRoom;
  readonly snapshot: () => CompiledSnapshot;
  readonly offenders: RepeatOffenders;
}

/** One HTTP/2 server for all ports, fed with TLS connections that agreed on `h2`. */
export function createH2Front({ room, snapshot, offenders }: H2FrontParts): H2Front {
  const sessions = new Set<ServerHttp2Session>();
  const overBudget = new WeakSet<ServerHttp2Session>();
  const sockets = new WeakMap<ServerHttp2Session, Socket>();
  const server = makeServer(snapshot);

  let arriving: Socket | null = null;

  const exceed = (session: ServerHttp2Session, fault: BudgetFault): void => {
    if (overBudget.has(session)) return;
    overBudget.add(session);
    const socket = sockets.get(session);
    const address = socket?.remoteAddress ?? '';
    room.rejects.note({ address, rule: fault, status: ENHANCE_YOUR_CALM_STATUS, protocol: 'h2', requestId: null });
    blame(address);
    if (session.destroyed) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    // After this turn, so that the GOAWAY is written before the connection is cut; no request of it is begun any more.
    setImmediate(() => session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM));
    setTimeout(() => socket?.destroy(), LINGER_MS).unref();
  };
  const blame = (address: string): void => {
    if (address === '' || !offenders.note(address, performance.now())) return;
    const rule = 'h2-cut-repeatedly';
    room.rejects.note({ address, rule, status: ENHANCE_YOUR_CALM_STATUS, protocol: 'h2', requestId: null });
  };

  server.on('session', (session) => {
    sessions.add(session);
    if (arriving !== null) sockets.set(session, arriving);
    // Read now: a socket that is gone has forgotten it.
    const address = arriving?.remoteAddress ?? '';
    countFrames(session, new H2Budget(snapshot().source.limits, performance.now()), (fault) => exceed(session, fault));
    session.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === INVALID_FRAMES_ERROR) blame(address);
    });
    session.on('close', () => sessions.delete(session));
    session.setTimeout(IDLE_MS, () => (isQuiet(session) ? session.close() : session.destroy()));
  });
  server.on('request', (incoming: Http2ServerRequest, outgoing: Http2ServerResponse) => {
    // Streams that a server receives belong to server sessions; the type knows the common one only.
    const session = incoming.stream.session as ServerHttp2Session | undefined;
    if (session === undefined || overBudget.has(session)) {
      incoming.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    incoming.on('error', () => undefined);
    incoming.stream.on('error', () => undefined);
    // Behind everything that has been read from the network by now: a request whose reset came with it costs no work.
    setImmediate(() => {
      if (isGone(incoming.stream) || overBudget.has(session) || session.destroyed) return;
      cutWhenStalled(incoming.stream, snapshot().source.limits.writeStallMs);
      room.handle({ incoming, outgoing, connection: factsOf(session, sockets.get(session)) });
    });
  });
  return {
    accept(socket) {
      // The session event comes within this call.
      arriving = socket;
      server.emit('connection', socket);
      arriving = null;
    },
    drain() {
      for (const session of sessions) session.close();
    },
    get size() {
      return sessions.size;
    },
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}

function countFrames(session: ServerHttp2Session, budget: H2Budget, exceed: (fault: BudgetFault) => void): void {
  const spend = (fault: BudgetFault | null): void => {
    if (fault !== null) exceed(fault);
  };
  session.on('ping', () => spend(budget.controlFrame(performance.now())));
  session.on('remoteSettings', () => spend(budget.controlFrame(performance.now())));
  session.prependListener('stream', (stream: ServerHttp2Stream) => {
    // The event comes a tick late: a reset in the same packet as its request has happened already.
    if (isGone(stream)) spend(budget.reset(performance.now()));
    else stream.on('aborted', () => spend(budget.reset(performance.now())));
  });
}

const isGone = (stream: ServerHttp2Stream): boolean => stream.aborted || stream.destroyed;

/** A client that stops to read (window zero, slow read) holds an answer in memory: its stream is cut, not the session. */
function cutWhenStalled(stream: ServerHttp2Stream, writeStallMs: number): void {
  stream.setTimeout(writeStallMs, () => {
    if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL);
  });
}

const isQuiet = (session: ServerHttp2Session): boolean => !session.destroyed && session.state.outboundQueueSize === 0;

function factsOf(session: ServerHttp2Session, socket: Socket | undefined): ConnectionFacts {
  const { remoteAddress, localPort } = session.socket;
  const tlsKey = socket === undefined ? null : tlsKeyOf(socket);
  return { protocol: 'h2', secure: true, peerAddress: remoteAddress ?? '', localPort: localPort ?? 0, tlsKey };
}

function makeServer(snapshot: () => CompiledSnapshot): Http2Server {
  const { h2StreamsMax, h2ResetsPer10sMax, headerBytesMax, headerCountMax } = snapshot().source.limits;
  const server = createServer({
    maxSessionMemory: SESSION_MEMORY_MB,
    // Malformed frames and heads make us reset without a stream that the budget could count (MadeYouReset, CVE-2025-8671).
    maxSessionInvalidFrames: h2ResetsPer10sMax,
    // Pseudo fields come on top of the header count.
    maxHeaderListPairs: headerCountMax + 4,
    settings: {
      maxConcurrentStreams: h2StreamsMax,
      maxHeaderListSize: headerBytesMax,
      initialWindowSize: STREAM_WINDOW_BYTES,
      enableConnectProtocol: false,
      enablePush: false,
    },
  });
  server.on('session', (session) => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
  return server;
}
