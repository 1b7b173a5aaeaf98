import { decodeRequest, type Decoded, type RawRequest } from '@holdfast/inspect';
import { refusesDoubt } from '../limits/canary.ts';
import { ON } from '../exchange.ts';
import type { Exchange, StepResult } from '../exchange.ts';
import { inspectOptions } from '../inspection/inspect-options.ts';
import type { InspectionThreads } from '../inspection/inspection-threads.ts';

/** Larger bodies are read in another thread: a hostile one of this size takes about ten milliseconds, all that others wait. */
const INLINE_BYTES_MAX = 65_536;

/**
 * Takes head and body apart into fields. What can be read in two ways is refused in enforce mode and recorded otherwise.
 * `body` is null when there is none or when it streams.
 */
export function decodeFields(
  exchange: Exchange,
  body: Uint8Array | null,
  threads: InspectionThreads,
): StepResult | Promise<StepResult> {
  const { head } = exchange;
  const target = head.query === '' ? head.path : `${head.path}?${head.query}`;
  // The bytes given to the decoder are inflated already; the coding describes only what is forwarded.
  const isInflated = body !== null && head.headers.some((pair) => pair[0] === 'content-encoding');
  const headers = isInflated ? head.headers.filter(([name]) => name !== 'content-encoding') : head.headers;
  const raw: RawRequest = { method: head.method, target, headers, body };
  if (body !== null && body.length > INLINE_BYTES_MAX) return readInThread(exchange, raw, threads);
  return settle(exchange, decodeRequest(raw, head.path));
}

/** Decodes and judges at once, so that the body crosses over one time only; the inspect step finds the verdict there. */
async function readInThread(exchange: Exchange, raw: RawRequest, threads: InspectionThreads): Promise<StepResult> {
  const { application, head } = exchange;
  if (application === null) return ON;
  const verdict = await threads.judge({ raw, path: head.path, groups: inspectOptions(application).groups });
  if (verdict.kind === 'read') {
    exchange.inspection = verdict.inspection;
    return settle(exchange, verdict.decoded);
  }
  const reason = `inspection-${verdict.reason}`;
  // Nobody has read it: passing it on would be a way around every rule.
  if (refusesDoubt(exchange)) return { kind: 'refused', code: 'service-unavailable', reason, retryAfterSeconds: 1 };
  return tell(exchange, reason, `body not inspected: ${verdict.reason}`);
}

function settle(exchange: Exchange, decoded: Decoded): StepResult {
  if (decoded.kind === 'ok') {
    exchange.canonical = decoded.request;
    return ON;
  }
  const detail = decoded.kind === 'ambiguous' ? decoded.reason : decoded.limit;
  const reason = `decode-${detail}`;
  if (!refusesDoubt(exchange)) return tell(exchange, reason, `${decoded.kind} ${detail} in ${decoded.location}`);
  return { kind: 'refused', code: decoded.kind === 'ambiguous' ? 'request-ambiguous' : 'body-too-large', reason };
}

function tell({ record }: Exchange, reason: string, detail: string): StepResult {
  record.outcome = 'recorded';
  record.reason = reason;
  record.steps.push({ step: 'decode', verdict: 'recorded', detail });
  return ON;
}
