import type { Exchange, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import { scrub } from './errors/scrub.ts';
import { endWith } from './pump.ts';
import { writeHead } from './write-head.ts';

const REPORT_BYTES_MAX = 16_384;
const REPORTS_MAX = 20;
const READ_MS_MAX = 5000;
/** Reports taken a minute in this process; a page with a thousand violations is one problem, not a thousand. */
const REPORTS_PER_MINUTE_MAX = 600;
const MINUTE_MS = 60_000;

const DIRECTIVE_CHARS_MAX = 128;
const BLOCKED_CHARS_MAX = 256;
const DOCUMENT_CHARS_MAX = 512;
const SAMPLE_CHARS_MAX = 40;

/** One violation, cut and scrubbed: the payload of `gateway.csp.report`. */
export interface CspViolation {
  readonly directive: string;
  readonly blocked: string;
  readonly document: string;
  readonly sample: string;
  readonly disposition: 'enforce' | 'report';
}

type Fields = ReadonlyMap<string, unknown>;

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;

function textOf(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'string') return value.slice(0, 2048);
  }
  return '';
}

/** Keyword, scheme or origin: a whole address can carry what a person typed. */
function blockedOf(text: string): string {
  if (/^[a-z-]{1,30}$/u.test(text)) return text;
  const address = URL.parse(text);
  if (address === null) return '';
  return (address.origin === 'null' ? address.protocol : address.origin).slice(0, BLOCKED_CHARS_MAX);
}

const documentOf = (text: string): string => scrub(URL.parse(text)?.pathname ?? '').slice(0, DOCUMENT_CHARS_MAX);

function violationOf(body: Fields): CspViolation | null {
  const named = textOf(body, 'effectiveDirective', 'effective-directive', 'violated-directive', 'violatedDirective');
  const directive = named.split(' ', 1)[0]?.toLowerCase() ?? '';
  if (!/^[a-z-]{1,64}$/u.test(directive)) return null;
  return {
    directive: directive.slice(0, DIRECTIVE_CHARS_MAX),
    blocked: blockedOf(textOf(body, 'blockedURL', 'blocked-uri')),
    document: documentOf(textOf(body, 'documentURL', 'document-uri')),
    sample: scrub(textOf(body, 'sample', 'script-sample')).slice(0, SAMPLE_CHARS_MAX),
    disposition: textOf(body, 'disposition') === 'enforce' ? 'enforce' : 'report',
  };
}

/** Reads both report formats: a list of reports (Reporting API) and the single object of `report-uri` (CSP3 §5.3, §5.5). */
export function readReports(json: string): CspViolation[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return [];
  }
  const entries: readonly unknown[] = Array.isArray(parsed) ? parsed.slice(0, REPORTS_MAX) : [parsed];
  const violations: CspViolation[] = [];
  for (const entry of entries) {
    const fields = fieldsOf(entry);
    if (fields === null) continue;
    const isListed = fields.get('type') === 'csp-violation';
    const body = fieldsOf(isListed ? fields.get('body') : fields.get('csp-report'));
    const violation = body === null ? null : violationOf(body);
    if (violation !== null) violations.push(violation);
  }
  return violations;
}

// A fixed window is enough here: it bounds the queue, nothing is decided by it.
let windowStartMs = 0;
let windowCount = 0;

function mayTake(nowMs: number): boolean {
  if (nowMs - windowStartMs >= MINUTE_MS || nowMs < windowStartMs) {
    windowStartMs = nowMs;
    windowCount = 0;
  }
  windowCount += 1;
  return windowCount <= REPORTS_PER_MINUTE_MAX;
}

/** The body as text; null when it is too large, too slow or breaks off. */
function readBody(exchange: Exchange): Promise<string | null> {
  const { incoming, body } = exchange;
  if (body.kind === 'buffered') {
    return Promise.resolve(body.bytes.byteLength > REPORT_BYTES_MAX ? null : Buffer.from(body.bytes).toString('utf8'));
  }
  if (incoming.readableEnded) return Promise.resolve('');
  // oxlint-disable-next-line promise/avoid-new -- the request speaks events only
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const settle = (text: string | null): void => {
      clearTimeout(timer);
      incoming.off('data', onData);
      incoming.resume();
      resolve(text);
    };
    const onData = (chunk: Uint8Array): void => {
      length += chunk.byteLength;
      if (length > REPORT_BYTES_MAX) settle(null);
      else chunks.push(chunk);
    };
    const timer = setTimeout(() => settle(null), READ_MS_MAX);
    incoming.on('data', onData);
    incoming.on('end', () => settle(Buffer.concat(chunks).toString('utf8')));
    incoming.on('error', () => settle(null));
    incoming.on('close', () => settle(null));
  });
}

/** Takes the violation reports of browsers; always answers 204, so that nothing can be learned from the answer. */
export async function takeCspReport(exchange: Exchange): Promise<StepResult> {
  const type = exchange.head.headers
    .find(([name]) => name === 'content-type')?.[1]
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  const isReport = type === 'application/csp-report' || type === 'application/reports+json' || type === 'application/json';
  const text = await readBody(exchange);
  for (const violation of isReport && text !== null ? readReports(text) : []) {
    if (!mayTake(exchange.startedAtMs)) break;
    exchange.emit({
      type: 'gateway.csp.report',
      version: 1,
      severity: 'low',
      outcome: 'recorded',
      reason: null,
      payload: { ...violation },
    });
  }
  exchange.record.status = 204;
  writeHead(exchange, 204, [
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['x-request-id', exchange.id],
  ]);
  await endWith(exchange, null);
  return ANSWERED;
}
