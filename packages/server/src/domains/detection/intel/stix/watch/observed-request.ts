import type { EventRecord } from '@holdfast/contract';
import { z } from 'zod';
import { observationOf, type Observation, type StixObject } from '../pattern/observation.ts';

const NANOS_PER_MS = 1_000_000n;

const payloadSchema = z.object({
  address: z.string().min(1),
  userAgent: z.string().default(''),
  method: z.string().default(''),
  host: z.string().default(''),
  path: z.string().default(''),
  query: z.string().default(''),
  protocol: z.string().default(''),
  requestBytes: z.number().default(0),
  responseBytes: z.number().default(0),
  account: z.string().nullable().default(null),
  referrer: z.string().nullable().default(null),
  contentType: z.string().nullable().default(null),
  status: z.number().default(0),
});
type Payload = z.infer<typeof payloadSchema>;

/** Types of objects that a request is told as; a pattern that asks for none of them is never seen here. */
export const OBSERVED_TYPES: ReadonlySet<string> = new Set([
  'network-traffic',
  'ipv4-addr',
  'ipv6-addr',
  'domain-name',
  'url',
  'user-account',
]);

export interface ObservedRequest {
  readonly event: EventRecord;
  readonly observation: Observation;
  readonly address: string;
  /** For evidence: `GET /gate.php 200`. */
  readonly summary: string;
}

/** A request as STIX observed data (STIX 2.1 §6); null for every other event. */
export function observedRequest(event: EventRecord): ObservedRequest | null {
  if (event.type !== 'request.completed') return null;
  const read = payloadSchema.safeParse(event.payload);
  if (!read.success) return null;
  const at = BigInt(event.time) * NANOS_PER_MS;
  const observation = observationOf(new Map(objectsOf(read.data)), { firstAt: at, lastAt: at, times: 1 });
  const { address, method, path, status } = read.data;
  return { event, observation, address, summary: `${method} ${path} ${status}`.slice(0, 300) };
}

function objectsOf(payload: Payload): readonly (readonly [string, StixObject])[] {
  const { address, host, path, query, account, referrer } = payload;
  const name = host.replace(/:\d{1,5}$/u, '').toLowerCase();
  const target = query === '' ? path : `${path}?${query}`;
  const version = address.includes(':') ? 'ipv6' : 'ipv4';
  const objects: [string, StixObject][] = [
    ['traffic', trafficOf(payload, { target, version, isList: true })],
    // STIX 2.0 had one value for a header, 2.1 has a list: feeds write both.
    ['traffic-as-in-2.0', trafficOf(payload, { target, version, isList: false })],
    ['source', { type: `${version}-addr`, value: address }],
  ];
  if (name !== '') objects.push(['host', { type: 'domain-name', value: name }]);
  // What it came over is not recorded, and feeds write either.
  for (const scheme of ['http', 'https'])
    if (host !== '') objects.push([scheme, { type: 'url', value: `${scheme}://${host}${target}` }]);
  if (account !== null) objects.push(['account', { type: 'user-account', user_id: account }]);
  if (referrer !== null) {
    objects.push(['referrer', { type: 'url', value: referrer }]);
    if (URL.canParse(referrer)) objects.push(['referrer-host', { type: 'domain-name', value: new URL(referrer).hostname }]);
  }
  return objects;
}

interface As {
  readonly target: string;
  readonly version: string;
  readonly isList: boolean;
}

function trafficOf(payload: Payload, { target, version, isList }: As): StixObject {
  const { userAgent, method, host, protocol, requestBytes, responseBytes, referrer, contentType } = payload;
  const headers = [
    ['User-Agent', userAgent],
    ['Host', host],
    ['Referer', referrer],
    ['Content-Type', contentType],
  ] as const;
  const told = headers.filter(([, value]) => value !== null && value !== '');
  return {
    type: 'network-traffic',
    src_ref: 'source',
    ...(host === '' ? {} : { dst_ref: 'host' }),
    protocols: [version, 'tcp', 'http'],
    src_byte_count: requestBytes,
    dst_byte_count: responseBytes,
    extensions: {
      'http-request-ext': {
        // §6.12.2: in lower case.
        request_method: method.toLowerCase(),
        request_value: target,
        request_version: protocol,
        request_header: Object.fromEntries(told.map(([key, value]) => [key, isList ? [value] : value])),
      },
    },
  };
}
