import { ANSWERED, type Exchange, type StepResult } from '../exchange.ts';
import type { HeaderPair } from '../response/upstream-headers.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';

export interface OwnAnswer {
  readonly status: 200 | 204;
  readonly type?: string;
  readonly tag?: string;
  readonly headers: readonly HeaderPair[];
  readonly bytes: Uint8Array | null;
}

/** Sends something of ours that a page fetches; who has it already is told so (RFC 9110 §13.1.2). */
export function sendOwn(exchange: Exchange, { status, type, tag, headers, bytes }: OwnAnswer): StepResult {
  const { head, record, id } = exchange;
  const isHeld = tag !== undefined && holds(head.headers, tag);
  const sent = isHeld || head.method === 'HEAD' ? null : bytes;
  record.status = isHeld ? 304 : status;
  const typed: readonly HeaderPair[] = isHeld || type === undefined ? [] : [['content-type', type]];
  const length: readonly HeaderPair[] = isHeld || bytes === null ? [] : [['content-length', String(bytes.byteLength)]];
  writeHead(exchange, record.status, [
    ...typed,
    ...length,
    ...(tag === undefined ? [] : [['etag', tag] as const]),
    ...headers,
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['x-request-id', id],
  ]);
  record.responseBytes += sent?.byteLength ?? 0;
  outgoingOf(exchange).end(sent ?? undefined);
  return ANSWERED;
}

const holds = (headers: Exchange['head']['headers'], tag: string): boolean =>
  headers.some(
    ([name, value]) => name === 'if-none-match' && value.split(',', 32).some((held) => held.trim().replace(/^W\//u, '') === tag),
  );
