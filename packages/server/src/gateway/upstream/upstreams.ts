import type { Application } from '@holdfast/contract';
import { Pool } from 'undici';
import { discardRest } from '../body/discard-rest.ts';
import type { BodyPieces, Exchange, Refused } from '../exchange.ts';
import { AnswerMemory } from './answer-memory.ts';
import { DirectLine } from './direct/direct-line.ts';
import { ExchangeHandler } from './exchange-handler.ts';
import type { UpstreamAnswer, UpstreamFault } from './exchange-handler.ts';
import { upstreamHeaders } from './request-headers.ts';
import { StalledAnswers } from './stalled-answers.ts';
import type { Readable } from 'node:stream';
import { isRefusedForContent, UploadStream } from './upload-stream.ts';

/** Connections to one application; requests beyond wait in undici's queue, up to `WAITING_MAX`. */
const CONNECTIONS_MAX = 256;
const WAITING_MAX = 1024;
/** Below the five seconds after which many servers close an idle connection: reusing one they are closing costs a request. */
const KEEP_ALIVE_MS = 4000;
const RESPONSE_HEADER_BYTES_MAX = 65_536;

export interface Upstreams {
  request(exchange: Exchange): Promise<UpstreamAnswer>;
  /** Drops pools of applications that are gone or changed; requests in flight finish on the old ones. */
  follow(applications: readonly Application[]): void;
  close(): Promise<void>;
}

interface Line {
  /** As the last snapshot had it; the same object means the same key. */
  application: Application;
  readonly key: string;
  readonly pool: Pool;
  /** For whole requests to an application in clear text; null = everything goes through the pool. */
  readonly direct: DirectLine | null;
  readonly basePath: string;
  readonly stalled: StalledAnswers;
  busy: number;
}

const lineKey = ({ upstream, timeouts }: Application): string => `${upstream} ${timeouts.connectMs} ${timeouts.headersMs}`;

function openLine(application: Application): Line {
  const url = new URL(application.upstream);
  const { connectMs, headersMs } = application.timeouts;
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectMs },
    headersTimeout: headersMs,
    // Idle time of a body is judged by UpstreamBody, which knows event streams.
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
  });
  const line: Line = {
    application,
    key: lineKey(application),
    pool,
    direct: url.protocol === 'http:' ? openDirect(url, application) : null,
    basePath: url.pathname.replace(/\/$/u, ''),
    stalled: new StalledAnswers(() => line.busy - CONNECTIONS_MAX),
    busy: 0,
  };
  return line;
}

function openDirect(url: URL, { timeouts }: Application): DirectLine {
  return new DirectLine({
    // An IPv6 address stands in brackets in a URL only.
    host: url.hostname.replace(/^\[|\]$/gu, ''),
    port: url.port === '' ? 80 : Number(url.port),
    connectionsMax: CONNECTIONS_MAX,
    connectMs: timeouts.connectMs,
    headersMs: timeouts.headersMs,
    keepAliveMs: KEEP_ALIVE_MS,
  });
}

export function createUpstreams(): Upstreams {
  const memory = new AnswerMemory();
  const lines = new Map<string, Line>();
  const lineFor = (application: Application): Line => {
    const held = lines.get(application.id);
    if (held !== undefined && (held.application === application || held.key === lineKey(application))) {
      held.application = application;
      return held;
    }
    const line = openLine(application);
    lines.set(application.id, line);
    return line;
  };
  return {
    request(exchange) {
      if (exchange.application === null) return Promise.resolve(unavailable('no-application'));
      const line = lineFor(exchange.application);
      if (line.busy >= CONNECTIONS_MAX + WAITING_MAX) return Promise.resolve(unavailable('upstream-queue'));
      line.busy += 1;
      if (line.busy > CONNECTIONS_MAX) line.stalled.makeRoom();
      return send(exchange, new Turn(exchange.outgoing, line, memory));
    },
    follow(applications) {
      const kept = new Map(applications.map((application) => [application.id, lineKey(application)]));
      for (const [id, line] of lines) {
        if (kept.get(id) === line.key) continue;
        lines.delete(id);
        line.stalled.close();
        line.direct?.close();
        void line.pool.close().catch(() => undefined);
      }
    },
    async close() {
      const open = [...lines.values()];
      lines.clear();
      for (const { stalled, direct } of open) {
        stalled.close();
        direct?.destroy();
      }
      await Promise.all(open.map(({ pool }) => pool.destroy()));
    },
  };
}

const unavailable = (reason: string): Refused => ({ kind: 'refused', code: 'service-unavailable', reason, retryAfterSeconds: 1 });

/** A stale keep-alive connection fails at once; only what changes nothing may be asked twice (RFC 9110 §9.2.2). */
function mayRepeat({ head, body, upgrade }: Exchange, fault: UpstreamFault): boolean {
  const isSafe = (head.method === 'GET' || head.method === 'HEAD') && body.kind === 'none' && upgrade === undefined;
  return isSafe && (fault.code === 'UND_ERR_SOCKET' || fault.code === 'ECONNRESET' || fault.code === 'EPIPE');
}

/** The place of one exchange among those that use or wait for a connection: given up once, by whichever side ends first. */
class Turn {
  readonly line: Line;
  readonly memory: AnswerMemory;
  handler: ExchangeHandler | null = null;
  #isOver = false;

  // oxlint-disable-next-line max-params -- one private caller
  constructor(outgoing: Exchange['outgoing'], line: Line, memory: AnswerMemory) {
    this.line = line;
    this.memory = memory;
    outgoing.on('close', () => {
      this.end();
      this.handler?.cancel();
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.line.busy -= 1;
  }
}

async function send(exchange: Exchange, turn: Turn): Promise<UpstreamAnswer> {
  const first = await attempt(exchange, turn);
  if ('fault' in first) {
    if (!mayRepeat(exchange, first.fault)) return refuseUpload(exchange, first);
    const second = await attempt(exchange, turn);
    return 'fault' in second ? refusalFor(second) : second;
  }
  return first;
}

/** The application has been broken off already; the client may finish its sentence, so that it reads the answer. */
async function refuseUpload(exchange: Exchange, failed: Failed): Promise<Refused> {
  if (isRefusedForContent(failed.upload?.fault)) await discardRest(exchange);
  return refusalFor(failed);
}

interface Failed {
  readonly fault: UpstreamFault;
  readonly upload: UploadStream | null;
  readonly isClientGone: boolean;
}

function refusalFor({ fault, upload, isClientGone }: Failed): Refused {
  if (upload?.fault !== null && upload?.fault !== undefined) return upload.fault;
  if (isClientGone) return { kind: 'refused', code: 'upstream-failed', reason: 'client-gone', closeConnection: true };
  const isTimeout =
    fault.code === 'UND_ERR_HEADERS_TIMEOUT' || fault.code === 'UND_ERR_CONNECT_TIMEOUT' || fault.code === 'ETIMEDOUT';
  // The code alone: a message may quote the application.
  const reason = `upstream ${fault.code ?? fault.name}`;
  return { kind: 'refused', code: isTimeout ? 'upstream-timeout' : 'upstream-failed', reason };
}

function attempt(exchange: Exchange, turn: Turn): Promise<Exclude<UpstreamAnswer, Refused> | Failed> {
  const { application, outgoing, head } = exchange;
  const { line, memory } = turn;
  const upload = openUpload(exchange);
  // oxlint-disable-next-line promise/avoid-new -- the dispatcher speaks callbacks only
  return new Promise((resolve) => {
    const handler = new ExchangeHandler({
      bodyIdleMs: application?.timeouts.bodyIdleMs ?? 0,
      memory,
      stalled: line.stalled,
      onAnswer: resolve,
      onAnswerOver: () => turn.end(),
      onFault: (fault) => resolve({ fault, upload, isClientGone: outgoing.destroyed }),
    });
    turn.handler = handler;
    const path = line.basePath + (head.query === '' ? head.path : `${head.path}?${head.query}`);
    // The front gate lets through a fixed list of methods, all of which undici knows.
    const request = { method: head.method, path, headers: upstreamHeaders(exchange) };
    if (line.direct !== null && upload === null && exchange.upgrade === undefined)
      line.direct.dispatch({ ...request, body: heldBody(exchange) }, handler);
    else {
      const upgrade = exchange.upgrade === undefined ? {} : { upgrade: 'websocket' };
      line.pool.dispatch({ ...request, ...pooledBody(exchange, request.headers, upload), ...upgrade }, handler);
    }
  });
}

function openUpload(exchange: Exchange): UploadStream | null {
  if (exchange.body.kind !== 'stream' || exchange.application === null) return null;
  const { outgoing, transport } = exchange;
  if (transport?.expectsContinue === true && 'writeContinue' in outgoing && !outgoing.headersSent) outgoing.writeContinue();
  return new UploadStream(exchange, exchange.application.body.uploadBytesMax);
}

function heldBody({ body }: Exchange): Uint8Array | BodyPieces | null {
  if (body.kind === 'spooled') return body.pieces();
  return body.kind === 'buffered' ? body.bytes : null;
}

/** undici knows the length of what is here whole, and takes that of a stream from its header. */
function pooledBody(
  { body }: Exchange,
  headers: string[],
  upload: UploadStream | null,
): { readonly body: Readable | Uint8Array | null; readonly headers: string[] } {
  if (body.kind === 'spooled') return { body: body.open(), headers: [...headers, 'content-length', String(body.lengthBytes)] };
  return { body: upload ?? (body.kind === 'buffered' ? body.bytes : null), headers };
}
