import type { EventRecord } from '@holdfast/contract';
import type { FieldValue, Logsource } from '@holdfast/sigma';
import { decodeOnce } from './decode-once.ts';
import { numberOf, textOf } from './payload.ts';

/** One list for all requests: the scanner knows it again and looks nothing up. */
export const WEB_LOGSOURCES: readonly Logsource[] = [
  { category: 'webserver' },
  { category: 'proxy' },
  { product: 'holdfast', service: 'gateway' },
];

const EXTENSION_MAX = 16;
const VERSIONS = new Map([
  ['http/1.0', 'HTTP/1.0'],
  ['http/1.1', 'HTTP/1.1'],
  ['h2', 'HTTP/2'],
  ['websocket', 'HTTP/1.1'],
]);

/**
 * A request as rules for web servers and proxies name it. Rules carry percent-encoded words as well as plain ones, and most of
 * those that ask `cs-uri-query` begin with a path: each of these fields has several values, and any of them may match.
 */
export function webFields(event: EventRecord): Map<string, FieldValue> {
  const { payload } = event;
  const fields = new Map<string, FieldValue>();
  const set = (name: string, value: FieldValue | null): void => {
    if (value !== null) fields.set(name, value);
  };
  set('cs-method', textOf(payload, 'method'));
  addAddressFields(event, fields);
  set('sc-status', numberOf(payload, 'status'));
  addClientFields(event, fields);
  set('cs-content-type', textOf(payload, 'contentType'));
  set('cs-username', textOf(payload, 'account') ?? '-');
  set('sc-bytes', numberOf(payload, 'responseBytes'));
  set('cs-bytes', numberOf(payload, 'requestBytes'));
  const durationUs = numberOf(payload, 'durationUs');
  set('time-taken', durationUs === null ? null : Math.round(durationUs / 1000));
  set('cs-version', VERSIONS.get(textOf(payload, 'protocol') ?? '') ?? null);
  set('s-computername', event.node);
  set('s-sitename', event.application);
  set('application', event.application);
  const [date, time] = dateAndTime(event.time);
  set('date', date);
  set('time', time);
  set('type', event.type);
  set('outcome', event.outcome);
  set('problem', textOf(payload, 'problem'));
  set('reason', event.reason);
  return fields;
}

/** What the visitor says of itself, under both names that rules have for it. */
function addClientFields({ payload }: EventRecord, fields: Map<string, FieldValue>): void {
  const agent = payload['userAgent'];
  // Empty stays empty: there are rules that ask for it.
  if (typeof agent === 'string') fields.set('c-useragent', agent).set('cs-user-agent', agent);
  const referrer = textOf(payload, 'referrer');
  if (referrer !== null) fields.set('cs-referer', referrer).set('cs-referrer', referrer);
  const address = textOf(payload, 'address');
  if (address !== null) fields.set('c-ip', address).set('src_ip', address);
}

function addAddressFields({ payload }: EventRecord, fields: Map<string, FieldValue>): void {
  const path = textOf(payload, 'path') ?? '/';
  const query = textOf(payload, 'query') ?? '';
  const host = (textOf(payload, 'host') ?? '').toLowerCase();
  const hostname = withoutPort(host);
  const plainPath = decodeOnce(path);
  const plainQuery = decodeOnce(query, { plus: true });
  const raw = query === '' ? path : `${path}?${query}`;
  const plain = query === '' ? plainPath : `${plainPath}?${plainQuery}`;
  const forms = raw === plain ? [raw] : [raw, plain];
  const uri = query === '' ? forms : plainQuery === query ? [...forms, query] : [...forms, query, plainQuery];
  fields.set('cs-uri-query', uri);
  fields.set('cs-uri', uri);
  fields.set('c-uri', host === '' ? uri : [...uri, `https://${host}${raw}`]);
  fields.set('c-uri-query', uri);
  const stem = plainPath === path ? path : [path, plainPath];
  fields.set('cs-uri-stem', stem);
  fields.set('c-uri-stem', stem);
  const extension = extensionOf(plainPath);
  if (extension !== null) fields.set('c-uri-extension', extension);
  if (hostname !== '') {
    fields.set('cs-host', hostname);
    fields.set('r-dns', hostname);
  }
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon === -1 || host.endsWith(']') ? host : host.slice(0, colon);
}

function extensionOf(path: string): string | null {
  const dot = path.lastIndexOf('.');
  const isInLast = dot > path.lastIndexOf('/');
  return isInLast && dot < path.length - 1 && path.length - dot <= EXTENSION_MAX ? path.slice(dot + 1).toLowerCase() : null;
}

let second = Number.NaN;
let words: readonly [string, string] = ['', ''];

/** Thousands of events share a second. */
function dateAndTime(timeMs: number): readonly [date: string, time: string] {
  const now = Math.floor(timeMs / 1000);
  if (now !== second) {
    const text = new Date(now * 1000).toISOString();
    second = now;
    words = [text.slice(0, 10), text.slice(11, 19)];
  }
  return words;
}
