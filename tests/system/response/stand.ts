import { applicationSchema, gatewayLimitsSchema } from '@holdfast/contract';
import type { Application, ApplicationInput } from '@holdfast/contract';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createServer2 } from 'node:http2';
import type { Http2Server, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { CompiledSnapshot } from '../../../packages/server/src/gateway/snapshot/compiled-snapshot.ts';
import type { Exchange, ExchangeRecord, GatewayEvent } from '../../../packages/server/src/gateway/exchange.ts';
import { beginResponse } from '../../../packages/server/src/gateway/response/respond.ts';
import { takeCspReport } from '../../../packages/server/src/gateway/response/csp-report.ts';

export type HeaderPairs = readonly (readonly [string, string])[];

export interface Stand {
  /** The front over HTTP/1.1 and over HTTP/2 without TLS. */
  readonly url: string;
  readonly url2: string;
  readonly events: GatewayEvent[];
  readonly records: ExchangeRecord[];
  /** Upstream responses whose connection was cut before they ended. */
  readonly cut: { count: number };
  close(): Promise<void>;
}

export interface StandOptions {
  readonly upstream: RequestListener;
  readonly application?: Partial<ApplicationInput>;
  /** Pretend that the client's side is TLS. */
  readonly secure?: boolean;
  readonly host?: string;
  /** Header fields added as if the upstream had sent them; for what no HTTP parser would let through. */
  readonly extraHeaders?: HeaderPairs;
  readonly fields?: NonNullable<Exchange['canonical']>['fields'];
}

const REQUEST_ID = '0123456789AB';

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

const pairsOf = (raw: readonly string[]): [string, string][] => {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at]!.toLowerCase(), raw[at + 1]!]);
  return pairs;
};

async function listen(server: Server | Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address of this shape.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** A front that does nothing but hand the upstream's answer to the response side. */
export async function startStand(options: StandOptions): Promise<Stand> {
  const application: Application = applicationSchema.parse({
    id: 'shop',
    name: 'Shop',
    upstream: 'http://127.0.0.1:1',
    ...options.application,
  });
  const events: GatewayEvent[] = [];
  const records: ExchangeRecord[] = [];
  const cut = { count: 0 };
  const upstream = createServer((incoming, outgoing) => {
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) cut.count += 1;
    });
    options.upstream(incoming, outgoing);
  });
  const upstreamUrl = await listen(upstream);
  const host = options.host ?? 'shop.hf.dev';

  const answer = (incoming: Incoming, outgoing: Outgoing): void => {
    const record = newRecord();
    records.push(record);
    const target = incoming.url ?? '/';
    const exchange: Exchange = {
      id: REQUEST_ID,
      startedAtMs: Date.now(),
      connection: { protocol: 'http/1.1', secure: options.secure ?? false, peerAddress: '127.0.0.1', localPort: 1 },
      incoming,
      outgoing,
      // All that the response side reads of a snapshot: whom a page names, and how slow a reader may be.
      snapshot: { source: { contact: null, limits: gatewayLimitsSchema.parse({}) } } as unknown as CompiledSnapshot,
      record,
      head: {
        method: incoming.method ?? 'GET',
        target,
        path: target.split('?', 1)[0] ?? '/',
        query: '',
        host,
        authority: host,
        headers: pairsOf(incoming.rawHeaders),
      },
      clientAddress: '127.0.0.1',
      trace: null,
      forwardAuth: null,
      application,
      body: { kind: 'none' },
      canonical: { method: incoming.method ?? 'GET', path: target, fields: options.fields ?? [] },
      inspection: null,
      nonce: null,
      doubt: 0,
      mode: 'monitor',
      sessionHash: null,
      ownCookies: '',
      session: null,
      serviceToken: null,
      account: null,
      assertion: null,
      signIn: null,
      setCookie: null,
      emit: (event) => events.push(event),
    };
    if (target === '/.holdfast/csp-report') {
      void takeCspReport(exchange);
      return;
    }
    const headers = incoming.headers['accept-encoding'] === undefined ? {} : { 'accept-encoding': 'gzip' };
    const forwarded = request(upstreamUrl + target, { method: incoming.method, headers }, (response) => {
      const pairs = [...pairsOf(response.rawHeaders), ...(options.extraHeaders ?? [])];
      void beginResponse(exchange, { status: response.statusCode ?? 0, headers: pairs, body: response });
    });
    forwarded.on('error', () => undefined);
    forwarded.end();
  };
  const front = createServer(answer);
  const front2 = createServer2(answer);
  const sessions = new Set<{ destroy(): void }>();
  front2.on('session', (session) => sessions.add(session));
  upstream.on('connection', (socket: Socket) => sessions.add(socket));
  const url = await listen(front);
  const url2 = await listen(front2);
  return {
    url,
    url2,
    events,
    records,
    cut,
    async close() {
      for (const session of sessions) session.destroy();
      front.closeAllConnections();
      upstream.closeAllConnections();
      await Promise.all([front, front2, upstream].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** A GET with exactly these header fields: `fetch` adds what browsers send for script, not for navigation. */
export async function navigate(
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: IncomingMessage['headers']; body: string }> {
  const sent = request(url, { headers });
  sent.end();
  // The first argument of `response` is the message.
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { headers: response.headers, body: Buffer.concat(chunks).toString('utf8') };
}
