import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Exchange, Refused, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import { beginResponse } from '../response/respond.ts';
import { isGone } from '../response/write-head.ts';
import type { UpstreamUpgrade } from './exchange-handler.ts';
import type { Upstreams } from './upstreams.ts';
import { FrameMeter, closeFrame, maskedCloseFrame } from './websocket-frames.ts';

const RELAYS_MAX = 4096;
/** RFC 6455 §1.3. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = /^[A-Za-z0-9+/]{22}==$/u;
const LINGER_MS = 2000;
const GOING_AWAY = 1001;
/** RFC 6455 §7.4.2, registered with IANA: try again later. */
const TRY_LATER = 1013;
/** RFC 6455 §7.4.1: policy violation. */
const NOT_ALLOWED = 1008;
const PASSED_HEADERS: ReadonlySet<string> = new Set([
  'sec-websocket-protocol',
  'sec-websocket-extensions',
  'sec-websocket-accept',
]);

export interface WebSocketRelays {
  /** Resolves when both sides are closed. */
  relay(exchange: Exchange): Promise<StepResult>;
  /** Ends those that were opened in the name of one of these sessions. */
  endSessions(hashes: readonly string[]): void;
  /** Ends what this request has become; `mayReturn` = for the time being. False = it is no WebSocket, or none yet. */
  endOne(exchange: Exchange, mayReturn: boolean): boolean;
  /** Says 1001 on all of them. */
  closeAll(): void;
  readonly size: number;
}

const header = (exchange: Exchange, name: string): string | null =>
  exchange.head.headers.find(([held]) => held === name)?.[1] ?? null;

const refused = (code: Refused['code'], reason: string): Refused => ({ kind: 'refused', code, reason, closeConnection: true });

/** The application's own origin or a listed one. Browsers always send Origin here; cookies would ride along without this check. */
function isOriginAllowed(exchange: Exchange): boolean {
  const origin = header(exchange, 'origin')?.toLowerCase();
  if (origin === undefined || exchange.application === null) return false;
  const authority = exchange.head.authority.toLowerCase();
  if (origin === `https://${authority}`) return true;
  if (!exchange.connection.secure && origin === `http://${authority}`) return true;
  return exchange.application.webSocket.origins.some((listed) => listed.toLowerCase().replace(/\/$/u, '') === origin);
}

function judge(exchange: Exchange): Refused | null {
  if (exchange.application?.webSocket.enabled !== true) return refused('origin-refused', 'websocket-disabled');
  if (exchange.head.method !== 'GET' || header(exchange, 'sec-websocket-version') !== '13')
    return refused('request-malformed', 'websocket-version');
  if (!KEY.test(header(exchange, 'sec-websocket-key') ?? '')) return refused('request-malformed', 'websocket-key');
  return isOriginAllowed(exchange) ? null : refused('origin-refused', 'websocket-origin');
}

export function createWebSocketRelays(upstreams: Upstreams): WebSocketRelays {
  const open = new Set<Relay>();
  return {
    async relay(exchange) {
      const fault = open.size >= RELAYS_MAX ? refused('service-unavailable', 'websocket-count') : judge(exchange);
      if (fault !== null) return fault;
      const answer = await upstreams.request(exchange);
      if (answer.kind === 'refused') return answer;
      if (answer.kind === 'response') {
        await beginResponse(exchange, answer);
        return ANSWERED;
      }
      if (isGone(exchange)) {
        // Gone, or cut off, while the application thought about it.
        answer.socket.destroy();
        return ANSWERED;
      }
      if (!isAccepted(exchange, answer)) {
        answer.socket.destroy();
        return refused('upstream-failed', 'websocket-accept');
      }
      const relay = startRelay(exchange, answer);
      open.add(relay);
      await relay.closed;
      open.delete(relay);
      return ANSWERED;
    },
    endSessions(hashes) {
      const ended = new Set(hashes);
      for (const relay of open) if (relay.session !== null && ended.has(relay.session)) relay.close(NOT_ALLOWED);
    },
    endOne(exchange, mayReturn) {
      const relay = [...open].find((one) => one.exchange === exchange);
      relay?.close(mayReturn ? TRY_LATER : NOT_ALLOWED);
      return relay !== undefined;
    },
    closeAll() {
      for (const relay of open) relay.close(GOING_AWAY);
    },
    get size() {
      return open.size;
    },
  };
}

function isAccepted(exchange: Exchange, { headers }: UpstreamUpgrade): boolean {
  const key = header(exchange, 'sec-websocket-key') ?? '';
  const expected = createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64');
  return headers.some(([name, value]) => name.toLowerCase() === 'sec-websocket-accept' && value === expected);
}

interface Relay {
  readonly exchange: Exchange;
  /** Hash of the session that it was opened with. */
  readonly session: string | null;
  readonly closed: Promise<void>;
  close(code: number): void;
}

function startRelay(exchange: Exchange, { headers, socket: upstream }: UpstreamUpgrade): Relay {
  // relay() is only called for exchanges with an upgrade, whose application `judge` has checked.
  const { socket: client, head } = exchange.upgrade!;
  const { frameBytesMax, idleMs } = exchange.application!.webSocket;
  const passed = headers.filter(([name]) => PASSED_HEADERS.has(name.toLowerCase()));
  const lines = [...passed, ['X-Request-Id', exchange.id]].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  client.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${lines}\r\n`, 'latin1');
  exchange.record.status = 101;
  const up = new FrameMeter(frameBytesMax, true);
  const down = new FrameMeter(frameBytesMax, false);
  const close = (code: number): void => {
    clearTimeout(idle);
    // Between frames a close frame can be told; inside one it would become payload, so the connection just ends.
    client.end(down.isBetweenFrames ? closeFrame(code) : undefined);
    upstream.end(up.isBetweenFrames ? maskedCloseFrame(code) : undefined);
    setTimeout(() => (client.destroy(), upstream.destroy()), LINGER_MS).unref();
  };
  const idle = setTimeout(() => close(GOING_AWAY), idleMs).unref();
  const tell = { idle, close, count: (bytes: number) => void (exchange.record.responseBytes += bytes) };
  pump({ from: client, to: upstream, meter: up, ...tell, count: (bytes) => void (exchange.record.requestBytes += bytes) });
  pump({ from: upstream, to: client, meter: down, ...tell });
  if (head.length > 0) client.unshift(head);
  client.resume();
  const closed = Promise.all([gone(client), gone(upstream)]).then(() => clearTimeout(idle));
  return { exchange, session: (exchange.session ?? exchange.account)?.hash ?? null, closed, close };
}

interface Pump {
  readonly from: Duplex;
  readonly to: Duplex;
  readonly meter: FrameMeter;
  readonly idle: NodeJS.Timeout;
  readonly close: (code: number) => void;
  readonly count: (bytes: number) => void;
}

function pump({ from, to, meter, idle, close, count }: Pump): void {
  let isOver = false;
  from.on('data', (chunk: Uint8Array) => {
    if (isOver) return;
    const fault = meter.push(chunk);
    if (fault !== null) {
      isOver = true;
      close(fault);
      return;
    }
    idle.refresh();
    count(chunk.length);
    if (to.writable && !to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

function gone(socket: Duplex): Promise<void> {
  // oxlint-disable-next-line promise/avoid-new -- the socket speaks events only
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}
