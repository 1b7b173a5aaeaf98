import type { Exchange, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';

/** Far below the time for which a new key is published before it signs. */
const FRESH_SECONDS = 300;

/** The keys that identity headers are checked with (RFC 7517 §5): public, the same for every application. */
export function answerKeySet(exchange: Exchange): StepResult {
  const { head, record, snapshot, id } = exchange;
  if (head.method !== 'GET' && head.method !== 'HEAD')
    return { kind: 'refused', code: 'method-refused', reason: 'key-set-method' };
  const keys = snapshot.source.identityKeys.map(({ publicJwk }) => publicJwk);
  const bytes = Buffer.from(JSON.stringify({ keys }), 'utf8');
  record.status = 200;
  writeHead(exchange, 200, [
    ['content-type', 'application/jwk-set+json'],
    ['content-length', String(bytes.byteLength)],
    ['cache-control', `public, max-age=${FRESH_SECONDS}`],
    ['x-content-type-options', 'nosniff'],
    ['x-request-id', id],
  ]);
  record.responseBytes += head.method === 'HEAD' ? 0 : bytes.byteLength;
  outgoingOf(exchange).end(head.method === 'HEAD' ? undefined : bytes);
  return ANSWERED;
}
