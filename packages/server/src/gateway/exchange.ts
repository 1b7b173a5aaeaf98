import type {
  AccessDecision,
  Application,
  EventRecord,
  GatewayAccount,
  GatewaySession,
  ProblemCode,
  RecordedFinding,
  SchemaError,
  SignInObserver,
  SignInTry,
  SignInVerdict,
  StepVerdict,
} from '@holdfast/contract';
import type { CanonicalRequest, Inspection } from '@holdfast/inspect';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex, Readable } from 'node:stream';
import type { EncodedPart, FilePart } from './body/multipart-reader.ts';
import type { TakenFile } from './upload/take/taken-body.ts';
import type { CompiledSnapshot } from './snapshot/compiled-snapshot.ts';

/** The head of a request after the front gate: every field checked, nothing decoded twice. */
export interface RequestHead {
  readonly method: string;
  /** Raw request target in origin form. For records only: nothing is decided on it and it is never forwarded. */
  readonly target: string;
  /** Canonical path: decoded once, dot segments resolved, encoded again. What rules match and what is forwarded. */
  readonly path: string;
  /** Query without `?`, as received (checked bytes); empty when there is none. */
  readonly query: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Host with its port as the client wrote it, for X-Forwarded-Host. */
  readonly authority: string;
  /** Lower-case names in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Proxies that ask with a request of their own; each says in its own headers what it is about. */
export type ProxyFamily = 'nginx' | 'caddy' | 'traefik';

export interface ConnectionFacts {
  readonly protocol: 'http/1.0' | 'http/1.1' | 'h2';
  readonly secure: boolean;
  /** Peer of the TCP connection. */
  readonly peerAddress: string;
  readonly localPort: number;
  /** What the client's TLS offered (`visitor/tls-key.ts`); null = not TLS, or taken up again. */
  readonly tlsKey?: string | null;
}

/**
 * The body as steps see it. `none`: no body. `buffered`: read whole (and inflated for inspection); `bytes` is what is
 * forwarded with a fresh Content-Length. `stream`: an upload too large to hold, not read yet. `spooled`: such an upload on disk, whose
 * files have been judged.
 */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'buffered'; readonly bytes: Uint8Array; readonly inflated: Uint8Array }
  | { readonly kind: 'stream'; readonly lengthBytes: number | null; readonly inspection: StreamInspection | null }
  | { readonly kind: 'spooled'; readonly lengthBytes: number; open(): Readable; pieces(): BodyPieces };

/** A body that is read while it is sent. */
export interface BodyPieces {
  readonly lengthBytes: number;
  /** Null = that was all. One is asked for at a time; it is good until the next but one is asked for. */
  next(): Promise<Uint8Array | null>;
}

/** Reads an upload while it streams: gives what may go on to the application now, or why no more of it may. */
export interface StreamInspection {
  push(chunk: Uint8Array): readonly Uint8Array[] | Refused;
  end(): readonly Uint8Array[] | Refused;
  /** Files found so far; each is there before its bytes go on. */
  readonly files: readonly FilePart[];
  /** Files in base64 that are too long to be held. */
  readonly encoded: readonly EncodedPart[];
  /** Files in base64 in fields that were held. */
  readonly fieldFiles: readonly TakenFile[];
  /** Reading was given up where only recording was asked for: from there on nobody knows what is a file. */
  readonly isBlind: boolean;
}

/** What the record step and `holdfast explain` tell of one request; filled by the steps as they run. */
export interface ExchangeRecord {
  readonly steps: StepVerdict[];
  readonly findings: RecordedFinding[];
  score: number;
  outcome: 'allowed' | 'recorded' | 'blocked' | 'refused' | 'failed';
  reason: string | null;
  problem: ProblemCode | null;
  status: number;
  requestBytes: number;
  responseBytes: number;
  upstreamUs: number;
  masked: string | null;
  access: AccessDecision | null;
}

/** What a step saw happen; the gateway adds id, time, node, tenant, application, request id, trace and subject. */
export type GatewayEvent = Pick<EventRecord, 'type' | 'version' | 'severity' | 'outcome' | 'reason' | 'payload'>;

/** What the raw gate tells while a body is still arriving, and how to let a waiting client begin to send. HTTP/1 only. */
export interface Transport {
  /** The framing fault of this request, once there is one. */
  fault(): Refused | null;
  /** Called once when the fault comes later. */
  onFault(listener: (refused: Refused) => void): void;
  /** The client waits for `100 Continue` (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
  /** The whole body when it came with the head: nobody needs to wait for it. */
  readonly wholeBody: Uint8Array | null;
}

/** The connection of a WebSocket handshake: ours to use as soon as the upgrade is granted. */
export interface Upgrade {
  readonly socket: Duplex;
  /** First bytes after the handshake that came with it. */
  readonly head: Uint8Array;
}

/** One try at a login form of the application, from before it is forwarded to its answer. */
export interface SignInAttempt {
  readonly observer: SignInObserver;
  readonly tried: SignInTry;
  readonly verdict: SignInVerdict;
}

/** One request on its way through `pipeline.ts`. Steps read all of it and write only the parts that are not readonly. */
export interface Exchange {
  /** 12 characters Crockford base32. */
  readonly id: string;
  readonly startedAtMs: number;
  /** Accept may learn from a trusted terminator in front of us that the client's side is TLS. */
  connection: ConnectionFacts;
  readonly incoming: IncomingMessage | Http2ServerRequest;
  readonly outgoing: ServerResponse | Http2ServerResponse;
  /** The snapshot this request started with; it is judged by one snapshot from beginning to end. */
  readonly snapshot: CompiledSnapshot;
  readonly record: ExchangeRecord;
  /** Set by accept. */
  head: RequestHead;
  /** Client address after trusted hops. Set by accept. */
  clientAddress: string;
  /** W3C trace id, from a valid `traceparent` or null. */
  trace: string | null;
  /** Which kind of proxy asks whether this request may pass; it is not ours to forward then. Set by forward-auth. */
  forwardAuth: ProxyFamily | null;
  /** Set by identify. */
  application: Application | null;
  /** SHA-256 of the session token that came with it, and our other cookies. Set by session-cookie, which takes both from `head`. */
  sessionHash: string | null;
  ownCookies: string;
  /** SHA-256 of the token of a service account that came with it; `several` = more than one did. Set by service-token. */
  serviceToken: string | null;
  /** Who asks; null = nobody that is known, or nobody that is known well enough. Set by session, judged by authorise. */
  session: GatewaySession | null;
  /** The program that asks, when it is one; then there is no session. Set by session. */
  account: GatewayAccount | null;
  /** What tells the application who asks. Set by identity. */
  assertion: string | null;
  /** A try at a login form of the application. Set by sign-in. */
  signIn: SignInAttempt | null;
  /** A cookie of ours that goes out with the application's answer. */
  setCookie: string | null;
  /** Set by decode. */
  body: RequestBody;
  canonical: CanonicalRequest | null;
  /** Set by decode when a large body was judged in another thread. */
  inspection: Inspection | null;
  /** Nonce of this response's CSP, made when the response is HTML. */
  nonce: string | null;
  readonly transport?: Transport;
  readonly upgrade?: Upgrade;
  /** How much less evidence is enough against this visitor, 0 to 1, because threat intelligence knows him. Set by intel. */
  doubt: number;
  /** How rules count for this request: what the application says, `canary` for a client on trial, `bypass` in break-glass. */
  mode: 'monitor' | 'canary' | 'enforce' | 'bypass';
  /** Hands an event to the bounded queue towards the control plane; never throws, never waits. */
  emit(event: GatewayEvent): void;
}

/** A refusal by Holdfast itself. Only `code` and the request id ever reach the visitor. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: ProblemCode;
  /** Why, for the record: rule or limit name, never shown to the visitor. */
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  /** What a sender that reads JSON is told of it, beside the code. */
  readonly errors?: readonly SchemaError[];
  /** The framing of the connection can no longer be trusted, or the client misbehaves: close it after the answer. */
  readonly closeConnection?: boolean;
  /** Files of the request that were not taken, told to clients that read JSON. */
  readonly files?: readonly RefusedFile[];
}

/** A name that came with the request, and the code of what was found. */
export interface RefusedFile {
  readonly name: string;
  readonly reason: string;
}

/** `on` = next step; `answered` = the response has been written (redirect, report endpoint, forwarded). */
export type StepResult = { readonly kind: 'on' } | { readonly kind: 'answered' } | Refused;

export const ON: StepResult = { kind: 'on' };
export const ANSWERED: StepResult = { kind: 'answered' };

export interface Step {
  readonly name: string;
  /** What a thrown error or a timeout of this step means. Security decisions block (STYLE.md: fail closed). */
  readonly onFailure: 'block' | 'allow';
  run(exchange: Exchange): StepResult | Promise<StepResult>;
}
