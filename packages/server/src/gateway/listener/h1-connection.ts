import type { GatewayLimits, ProblemCode } from '@holdfast/contract';
import { PROBLEMS } from '@holdfast/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { giveBack, isWhole } from '../body/give-back.ts';
import type { ConnectionFacts, Refused, Transport } from '../exchange.ts';
import type { Identifiers } from '../identifiers.ts';
import type { ProtocolRejects } from '../record/protocol-rejects.ts';
import { tlsKeyOf } from '../visitor/tls-key.ts';
import { rawAnswer } from './raw-answer.ts';
import { RawGate } from './raw-gate.ts';
import { pushBytes } from './raw-push.ts';

/** What a listener is for: `serve` runs the pipeline, `redirect` answers ACME challenges and sends everyone to HTTPS. */
export type ListenerRole = 'serve' | 'redirect';

const LINGER_MS = 1000;

export interface H1Parts {
  readonly limits: GatewayLimits;
  readonly role: ListenerRole;
  readonly secure: boolean;
  readonly rejects: ProtocolRejects;
  readonly identifiers: Identifiers;
}

/** One HTTP/1 connection: the raw gate in front of Node's parser, and the order of answers on it. */
export class H1Connection {
  readonly socket: Socket;
  readonly role: ListenerRole;
  readonly secure: boolean;
  readonly peerAddress: string;
  readonly localPort: number;
  readonly gate: RawGate;
  readonly #parts: H1Parts;
  #feed: ((chunk: Buffer) => void) | null = null;
  /** Requests that Node's parser has delivered. */
  #delivered = 0;
  /** Delivered and not yet answered. */
  #outstanding = 0;
  #isRefusing = false;
  #isDraining = false;
  readonly #answering = new Set<ServerResponse>();
  #facts: ConnectionFacts | null = null;
  #waitingBody: { readonly request: number; readonly listener: (refused: Refused) => void } | null = null;
  /** When the request line of the head now arriving began, or the connection itself; null = not in a head. */
  headSince: number | null;

  constructor(socket: Socket, parts: H1Parts) {
    this.socket = socket;
    this.#parts = parts;
    this.role = parts.role;
    this.secure = parts.secure;
    this.peerAddress = socket.remoteAddress ?? '';
    this.localPort = socket.localPort ?? 0;
    this.gate = new RawGate(parts.limits);
    this.headSince = performance.now();
  }

  /** Puts the gate between the socket and `feed`, the parser's own listener. */
  intercept(feed: (chunk: Buffer) => void): void {
    this.#feed = feed;
    this.socket.on('data', this.#onData);
  }

  /** The bytes from here on are no HTTP. */
  release(): void {
    this.socket.off('data', this.#onData);
    this.#feed = null;
    this.headSince = null;
  }

  readonly #onData = (chunk: Buffer): void => {
    const { phase, requests } = this.gate;
    const passed = pushBytes(this.gate, chunk);
    if (passed > 0) this.#feed?.call(this.socket, passed === chunk.length ? chunk : chunk.subarray(0, passed));
    // Node's parser gives copies on; of a head, or of what follows an upgrade, others may still hold a piece.
    const isBodyOnly = phase === 'body' && this.gate.phase === 'body' && this.gate.requests === requests;
    if (isBodyOnly && isWhole(chunk)) giveBack(chunk);
    if (this.gate.phase !== 'head') this.headSince = null;
    else this.headSince ??= performance.now();
    if (this.gate.violation !== null) this.#settleViolation();
  };

  /** Called for each request that Node's parser delivers; compares its reading with the gate's. */
  deliver(incoming: IncomingMessage, outgoing: ServerResponse): Transport {
    this.#delivered += 1;
    this.#outstanding += 1;
    const request = this.#delivered;
    this.#answering.add(outgoing);
    if (this.#isDraining) outgoing.shouldKeepAlive = false;
    outgoing.on('close', () => {
      this.#outstanding -= 1;
      this.#answering.delete(outgoing);
      if (this.gate.violation !== null) this.#settleViolation();
    });
    const head = this.gate.heads.shift();
    const isSame =
      head !== undefined &&
      head.method === incoming.method &&
      head.target === incoming.url &&
      head.version.endsWith(incoming.httpVersion) &&
      head.headerCount * 2 === incoming.rawHeaders.length;
    if (!isSame) this.gate.fail('parsers-disagree');
    return new RequestTransport(this, { request, isSame, incoming, wholeBody: head?.body ?? null });
  }

  facts(incoming: IncomingMessage): ConnectionFacts {
    const protocol = incoming.httpVersion === '1.0' ? 'http/1.0' : 'http/1.1';
    if (this.#facts?.protocol === protocol) return this.#facts;
    const { secure, peerAddress, localPort, socket } = this;
    this.#facts = { protocol, secure, peerAddress, localPort, tlsKey: tlsKeyOf(socket) };
    return this.#facts;
  }

  /** A fault found elsewhere: Node's parser, or a head that took too long. */
  fail(rule: string, code: ProblemCode): void {
    this.gate.fail(rule, code);
    this.#settleViolation();
  }

  /** Every answer from now on says that it is the last one, those that wait to be written too. */
  drain(): void {
    this.#isDraining = true;
    for (const outgoing of this.#answering) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
  }

  /** No request is being read or answered. */
  get isIdle(): boolean {
    return this.#outstanding === 0 && this.gate.phase === 'idle';
  }

  /** Tells the listener once of a fault of this request. */
  awaitFault(request: number, listener: (refused: Refused) => void): void {
    const fault = this.faultOf(request);
    // The fault may be older than the listener: a body is read on after its head went through the steps.
    if (fault === null) this.#waitingBody = { request, listener };
    else queueMicrotask(() => listener(fault));
  }

  faultOf(request: number): Refused | null {
    const { violation } = this.gate;
    return violation?.request === request ? refusal(violation.rule, violation.code) : null;
  }

  /** A fault in a body goes to the request that waits for it; one in a head is answered here, after earlier answers. */
  #settleViolation(): void {
    const { violation } = this.gate;
    if (violation === null || this.#isRefusing) return;
    const waiting = this.#waitingBody;
    if (waiting?.request === violation.request) {
      this.#waitingBody = null;
      waiting.listener(refusal(violation.rule, violation.code));
    }
    if (this.#outstanding > 0) return;
    this.#isRefusing = true;
    if (this.#delivered >= violation.request) this.#end(null);
    else this.#answer(violation.rule, violation.code);
  }

  #answer(rule: string, code: ProblemCode): void {
    const requestId = this.#parts.identifiers.requestId();
    this.#parts.rejects.note({
      address: this.peerAddress,
      rule,
      status: PROBLEMS[code].status,
      protocol: 'http/1.1',
      requestId,
    });
    this.#end(rawAnswer(code, requestId));
  }

  #end(last: Buffer | null): void {
    const { socket } = this;
    if (socket.destroyed) return;
    if (socket.writable && last !== null) socket.write(last);
    socket.end();
    // Reading and dropping for a moment keeps the kernel from a reset that would take the answer away from the client.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}

interface Delivered {
  readonly request: number;
  /** Both parsers have read the same head. */
  readonly isSame: boolean;
  readonly incoming: IncomingMessage;
  readonly wholeBody: Uint8Array | null;
}

class RequestTransport implements Transport {
  readonly expectsContinue: boolean;
  readonly wholeBody: Uint8Array | null;
  readonly #connection: H1Connection;
  readonly #request: number;
  readonly #isSame: boolean;

  constructor(connection: H1Connection, { request, isSame, incoming, wholeBody }: Delivered) {
    this.#connection = connection;
    this.#request = request;
    this.#isSame = isSame;
    this.expectsContinue = incoming.headers.expect !== undefined && incoming.httpVersion === '1.1';
    this.wholeBody = isSame ? wholeBody : null;
  }

  fault(): Refused | null {
    return this.#isSame ? this.#connection.faultOf(this.#request) : refusal('parsers-disagree', 'request-malformed');
  }

  onFault(listener: (refused: Refused) => void): void {
    this.#connection.awaitFault(this.#request, listener);
  }
}

const refusal = (rule: string, code: ProblemCode): Refused => ({ kind: 'refused', code, reason: rule, closeConnection: true });
