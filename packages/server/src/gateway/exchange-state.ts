import type { Application, GatewayAccount, GatewaySession } from '@holdfast/contract';
import type { CanonicalRequest, Inspection } from '@holdfast/inspect';
import type { CompiledSnapshot } from './snapshot/compiled-snapshot.ts';
import type { EventQueue } from './record/event-queue.ts';
import type {
  ConnectionFacts,
  Exchange,
  ExchangeRecord,
  GatewayEvent,
  RequestBody,
  RequestHead,
  Transport,
  Upgrade,
} from './exchange.ts';

const TARGET_CHARS_MAX = 512;
const NO_BODY: RequestBody = { kind: 'none' };

export interface ExchangeStart {
  readonly id: string;
  readonly startedAtMs: number;
  /** Monotonic, for the duration. */
  readonly startedMono: number;
  readonly connection: ConnectionFacts;
  readonly incoming: Exchange['incoming'];
  readonly outgoing: Exchange['outgoing'];
  readonly snapshot: CompiledSnapshot;
  readonly events: EventQueue;
  readonly transport?: Transport | undefined;
  readonly upgrade?: Upgrade | undefined;
}

/** A class, not a literal: one hidden shape for every request keeps the property reads of all steps fast. */
export class ExchangeState implements Exchange {
  readonly id: string;
  readonly startedAtMs: number;
  readonly startedMono: number;
  connection: ConnectionFacts;
  readonly incoming: Exchange['incoming'];
  readonly outgoing: Exchange['outgoing'];
  readonly snapshot: CompiledSnapshot;
  readonly record: ExchangeRecord;
  head: RequestHead;
  clientAddress: string;
  trace: string | null = null;
  forwardAuth: Exchange['forwardAuth'] = null;
  application: Application | null = null;
  sessionHash: string | null = null;
  ownCookies = '';
  serviceToken: string | null = null;
  session: GatewaySession | null = null;
  account: GatewayAccount | null = null;
  assertion: string | null = null;
  signIn: Exchange['signIn'] = null;
  setCookie: string | null = null;
  body: RequestBody = NO_BODY;
  canonical: CanonicalRequest | null = null;
  inspection: Inspection | null = null;
  nonce: string | null = null;
  doubt = 0;
  mode: Exchange['mode'] = 'monitor';
  readonly transport?: Transport;
  readonly upgrade?: Upgrade;
  readonly #events: EventQueue;

  constructor(start: ExchangeStart) {
    this.id = start.id;
    this.startedAtMs = start.startedAtMs;
    this.startedMono = start.startedMono;
    this.connection = start.connection;
    this.incoming = start.incoming;
    this.outgoing = start.outgoing;
    this.snapshot = start.snapshot;
    this.clientAddress = start.connection.peerAddress;
    this.head = unreadHead(start.incoming.method ?? 'GET');
    this.record = newRecord();
    this.#events = start.events;
    if (start.transport !== undefined) this.transport = start.transport;
    if (start.upgrade !== undefined) this.upgrade = start.upgrade;
  }

  emit(event: GatewayEvent): void {
    this.#events.put({
      ...event,
      application: this.application?.id ?? null,
      target: this.head.path.slice(0, TARGET_CHARS_MAX),
      requestId: this.id,
      trace: this.trace,
      subject: this.clientAddress,
    });
  }
}

/** What stands in for the head until accept has passed it: a refusal needs the method only. */
function unreadHead(method: string): RequestHead {
  return { method: method === 'HEAD' ? 'HEAD' : 'GET', target: '', path: '/', query: '', host: '', authority: '', headers: [] };
}

function newRecord(): ExchangeRecord {
  return {
    steps: [],
    findings: [],
    score: 0,
    outcome: 'allowed',
    reason: null,
    problem: null,
    status: 0,
    requestBytes: 0,
    responseBytes: 0,
    upstreamUs: 0,
    masked: null,
    access: null,
  };
}
