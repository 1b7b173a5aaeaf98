import { decodeRequest } from '@holdfast/inspect';
import { ON } from '../exchange.ts';
import type { Exchange, StepResult } from '../exchange.ts';

/**
 * Takes head and body apart into fields. What can be read in two ways is refused in enforce mode and recorded otherwise.
 * `body` is null when there is none or when it streams.
 */
export function decodeFields(exchange: Exchange, body: Uint8Array | null): StepResult {
  const { head, record } = exchange;
  const target = head.query === '' ? head.path : `${head.path}?${head.query}`;
  // The bytes given to the decoder are inflated already; the coding describes only what is forwarded.
  const isInflated = body !== null && head.headers.some((pair) => pair[0] === 'content-encoding');
  const headers = isInflated ? head.headers.filter(([name]) => name !== 'content-encoding') : head.headers;
  const decoded = decodeRequest({ method: head.method, target, headers, body }, head.path);
  switch (decoded.kind) {
    case 'ok':
      exchange.canonical = decoded.request;
      return ON;
    case 'over-limit':
      if (exchange.mode === 'enforce') return { kind: 'refused', code: 'body-too-large', reason: `decode-${decoded.limit}` };
      break;
    case 'ambiguous':
      if (exchange.mode === 'enforce') return { kind: 'refused', code: 'request-ambiguous', reason: `decode-${decoded.reason}` };
      break;
  }
  const detail = decoded.kind === 'ambiguous' ? decoded.reason : decoded.limit;
  record.outcome = 'recorded';
  record.reason = `decode-${detail}`;
  record.steps.push({ step: 'decode', verdict: 'recorded', detail: `${decoded.kind} ${detail} in ${decoded.location}` });
  return ON;
}
