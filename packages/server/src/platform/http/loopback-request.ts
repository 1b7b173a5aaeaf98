import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

const TIMEOUT_MS = 10_000;

export interface LoopbackRequest {
  readonly at: { readonly host: string; readonly port: number };
  readonly secure: boolean;
  /** Host header and SNI. */
  readonly host: string;
  readonly target: string;
  readonly userAgent: string;
}

/** One GET to a listener of this very process or machine; the body is thrown away. */
export function loopbackRequest({
  at,
  secure,
  host,
  target,
  userAgent,
}: LoopbackRequest): Promise<{ status: number; requestId: string | null }> {
  // A wildcard address is reached through loopback.
  const address = at.host === '0.0.0.0' ? '127.0.0.1' : at.host === '::' ? '::1' : at.host;
  const common = {
    host: address,
    port: at.port,
    path: target,
    headers: { host, accept: 'application/json', 'user-agent': userAgent },
    agent: false,
    timeout: TIMEOUT_MS,
  } as const;
  return new Promise((done, fail) => {
    // Our own listener: its certificate may be for a public name, or of the local CA; who answers is known by the address.
    const outgoing = secure ? requestTls({ ...common, servername: host, rejectUnauthorized: false }) : requestPlain(common);
    outgoing.once('response', (incoming) => {
      incoming.resume();
      const id = incoming.headers['x-request-id'];
      done({ status: incoming.statusCode ?? 0, requestId: typeof id === 'string' ? id : null });
    });
    outgoing.once('timeout', () => outgoing.destroy(new RangeError('no answer in time')));
    outgoing.once('error', fail);
    outgoing.end();
  });
}
