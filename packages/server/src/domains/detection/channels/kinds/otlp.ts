import type { ChannelTarget, EventRecord } from '@holdfast/contract';
import { onOneLine, titleOf, type Message } from '../message.ts';
import { ChannelFault } from './channel-fault.ts';
import type { Kind } from './kind.ts';
import { post } from './post.ts';

/** Logs data model, severity numbers: INFO, INFO2, WARN, ERROR, FATAL. */
const SEVERITY_NUMBERS: Readonly<Record<EventRecord['severity'], number>> = {
  info: 9,
  low: 10,
  medium: 13,
  high: 17,
  critical: 21,
};

const text = (value: string) => ({ stringValue: value });
const nanos = (ms: number): string => `${ms}000000`;

function recordOf(message: Message) {
  const { alert, link, isTest, now } = message;
  const attributes: readonly (readonly [string, object])[] = [
    ['holdfast.alert.id', text(alert.id)],
    ['holdfast.alert.kind', text(alert.kind)],
    ['holdfast.alert.detector', text(alert.detector)],
    ['holdfast.alert.severity', text(alert.severity)],
    ['holdfast.alert.reason', text(onOneLine(alert.reason))],
    // 64-bit integers are texts in the JSON of protocol buffers.
    ['holdfast.alert.times', { intValue: String(alert.times) }],
    ['holdfast.entity.kind', text(alert.entity.kind)],
    ['holdfast.entity.value', text(alert.entity.value)],
    ...(alert.application === null ? [] : [['holdfast.application', text(alert.application)] as const]),
    ...(alert.index === null ? [] : [['holdfast.ledger.index', { intValue: String(alert.index) }] as const]),
    ...(alert.attacks.length === 0
      ? []
      : [['holdfast.attacks', { arrayValue: { values: alert.attacks.map((name) => text(name)) } }] as const]),
    ...(link === null ? [] : [['url.full', text(link)] as const]),
    ...(isTest ? [['holdfast.test', { boolValue: true }] as const] : []),
    ['log.record.uid', text(message.id)],
  ];
  return {
    timeUnixNano: nanos(alert.lastAt),
    observedTimeUnixNano: nanos(now),
    severityNumber: SEVERITY_NUMBERS[alert.severity],
    severityText: alert.severity,
    eventName: alert.plain === undefined ? 'holdfast.alert' : 'holdfast.message',
    body: text(`${titleOf(message)}: ${onOneLine(alert.reason)}`),
    attributes: attributes.map(([key, value]) => ({ key, value })),
  };
}

const SERVICE = [{ key: 'service.name', value: text('holdfast') }];

/** OTLP/HTTP with JSON, one record a request, so that what was rejected is known. */
export function createOtlp(target: Extract<ChannelTarget, { kind: 'otlp' }>, version: string): Kind {
  const url = new URL(target.url);
  // The specification's path for logs; an address with a path of its own is taken as it is.
  if (url.pathname === '/') url.pathname = '/v1/logs';
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (target.authorization !== null) headers['authorization'] = target.authorization;
  const resource = { attributes: [...SERVICE, { key: 'service.version', value: text(version) }] };
  return {
    batchMax: 1,
    async send([message], signal) {
      if (message === undefined) return 'nothing to tell';
      const scopeLogs = [{ scope: { name: 'holdfast.alerts' }, logRecords: [recordOf(message)] }];
      const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] });
      const answer = await post({ url: url.href, headers, body, signal }).catch(neverAgain);
      if (rejected(answer.body) > 0) throw new ChannelFault('it took the request and rejected the record', { what: 'never' });
      return `it answered ${answer.status}`;
    },
  };
}

/** OTLP/HTTP "Failures": 400 must not be sent again. */
function neverAgain(error: unknown): never {
  if (error instanceof ChannelFault && error.what === 'refused') throw new ChannelFault(error.message, { what: 'never' });
  throw error;
}

/** OTLP "Partial Success": what was rejected must not be sent again. */
function rejected(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedLogRecords?: unknown } };
    const count = Number(partialSuccess?.rejectedLogRecords ?? 0);
    return Number.isFinite(count) ? count : 0;
  } catch {
    return 0;
  }
}
