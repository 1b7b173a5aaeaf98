import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

const TIMEOUT_MS = 10_000;
const BODY_CHARS_MAX = 262_144;

export interface LoopbackRequest {
  readonly at: { readonly host: string; readonly port: number };
  readonly secure: boolean;
  /** Host header and SNI. */
  readonly host: string;
  readonly target: string;
  readonly userAgent: string;
  /** `application/json` unless given. */
  readonly accept?: string;
  /** GET unless given. */
  readonly method?: string;
  /** Besides those that are always there; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly requestId: string | null;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };

/** One request to a listener of this very process or machine; of the body the beginning is kept. */
export function loopbackRequest({
  at,
  secure,
  host,
  target,
  userAgent,
  accept = 'application/json',
  method = 'GET',
  headers = {},
  body: sent,
}: LoopbackRequest): Promise<LoopbackAnswer> {
  // A wildcard address is reached through loopback.
  const address = at.host === '0.0.0.0' ? '127.0.0.1' : at.host === '::' ? '::1' : at.host;
  const common = {
    host: address,
    port: at.port,
    path: target,
    method,
    headers: { ...headers, ...lengthOf(sent), host, accept, 'user-agent': userAgent },
    agent: false,
    timeout: TIMEOUT_MS,
  } as const;
  return new Promise((done, fail) => {
    // Our own listener: its certificate may be for a public name, or of the local CA; who answers is known by the address.
    const outgoing = secure ? requestTls({ ...common, servername: host, rejectUnauthorized: false }) : requestPlain(common);
    outgoing.once('response', (incoming) => {
      const id = incoming.headers['x-request-id'];
      const { statusCode: status = 0, rawHeaders } = incoming;
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => (body = (body + text).slice(0, BODY_CHARS_MAX)));
      incoming.once('error', fail);
      incoming.once('end', () => done({ status, requestId: typeof id === 'string' ? id : null, rawHeaders, body }));
    });
    outgoing.once('timeout', () => outgoing.destroy(new RangeError('no answer in time')));
    outgoing.once('error', fail);
    outgoing.end(sent);
  });
}
