import type { GatewayLimits, ProblemCode } from '@holdfast/contract';
import { START, STOPPED } from './raw-states.ts';

/** Why the bytes are not one unambiguous request, and which request of the connection (counted from 1) they belong to. */
export interface GateViolation {
  readonly request: number;
  readonly rule: string;
  readonly code: ProblemCode;
}

/** The head as this parser read it; the handler compares it with what llhttp read. */
export interface GatedHead {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headerCount: number;
  readonly framing: 'none' | 'length' | 'chunked';
  /** A well-formed WebSocket upgrade: bytes after this head are not HTTP if it is granted. */
  readonly upgrade: boolean;
  /** The whole body, when it came in the same piece as the end of the head. */
  body: Uint8Array | null;
}

/** One state of the machine: reads on from `at` and tells the position after what it took, or -1 after a violation. */
export type Reader = (gate: RawGate, chunk: Buffer, at: number) => number;

export type GatePhase = 'idle' | 'head' | 'body' | 'opaque' | 'stopped';

/** Pipelined heads waiting for their handler; more than this is a flood, not a client. */
const HEADS_WAITING_MAX = 64;

/**
 * A strict reader of HTTP/1.1 framing (RFC 9112) that runs on the bytes before Node's parser does. Node's parser is the
 * second opinion: it only ever gets bytes that this one has passed, and their readings of a head must agree. What differs
 * between parsers is what smuggling lives on, so everything that any known parser reads differently is refused here.
 *
 * The fields are the memory of the byte machine; `raw-readers.ts` holds its states and `raw-push.ts` runs it.
 */
export class RawGate {
  readonly limits: GatewayLimits;
  readonly heads: GatedHead[] = [];
  phase: GatePhase = 'idle';
  violation: GateViolation | null = null;
  /** Heads begun on this connection. */
  requests = 0;
  state: number = START;
  /** Part of a token whose end is in a later chunk. */
  held = '';
  leadingLines = 0;
  method = '';
  target = '';
  version = '';
  headBytes = 0;
  headerCount = 0;
  field = 0;
  lengthText: string | null = null;
  isChunked = false;
  upgradeText: string | null = null;
  connectionText = '';
  inTrailer = false;
  /** Announced by Content-Length, and how much of it is still to come. */
  bodyBytes = 0;
  bodyLeft = 0;
  chunkSize = 0;
  chunkDigits = 0;
  extensionBytes = 0;

  constructor(limits: GatewayLimits) {
    this.limits = limits;
  }

  /** Ends the reading with a violation. Always -1, so that a reader can return it. */
  fail(rule: string, code: ProblemCode = 'request-malformed'): -1 {
    this.violation ??= { request: this.phase === 'idle' ? this.requests + 1 : this.requests, rule, code };
    this.stop();
    return -1;
  }

  stop(): void {
    this.state = STOPPED;
    this.phase = 'stopped';
    this.held = '';
  }

  addHead(head: GatedHead): boolean {
    if (this.heads.length >= HEADS_WAITING_MAX) return false;
    this.heads.push(head);
    return true;
  }
}
