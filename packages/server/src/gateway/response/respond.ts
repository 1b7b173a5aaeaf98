import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { pump } from './pump.ts';
import { refuse } from './refusal.ts';
import { takeUpstreamHeaders } from './upstream-headers.ts';
import type { HeaderList } from './upstream-headers.ts';
import { writeHead } from './write-head.ts';

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Readable;
}

const hasNoBody = (method: string, status: number): boolean => method === 'HEAD' || status === 204 || status === 304;

/** Sends the upstream's answer to the client, hardened; resolves when the last byte is out or either side has gone. */
export async function beginResponse(exchange: Exchange, upstream: UpstreamResponse): Promise<void> {
  const headers = takeUpstreamHeaders(upstream.headers);
  if (headers === null) {
    upstream.body.destroy();
    refuse(exchange, { kind: 'refused', code: 'upstream-failed', reason: 'upstream-header', closeConnection: false });
    return;
  }
  exchange.record.status = upstream.status;
  writeHead(exchange, upstream.status, [...headers, ['x-request-id', exchange.id]]);
  if (hasNoBody(exchange.head.method, upstream.status)) {
    upstream.body.resume();
    exchange.outgoing.end();
    return;
  }
  await pump(exchange, upstream.body);
}
