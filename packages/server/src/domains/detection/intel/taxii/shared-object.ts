import { createHash } from 'node:crypto';
import type { IndicatorView } from '@holdfast/contract';
import type { StixObject } from '../stix/pattern/observation.ts';
import { printPattern } from '../stix/pattern/print.ts';
import type { Literal, ObjectPath, Pattern } from '../stix/pattern/tree.ts';

/** One version of an object as it is shared. */
export interface SharedObject {
  readonly id: string;
  readonly type: string;
  /** Its `modified`. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly object: StixObject;
}

const HASHES: ReadonlyMap<number, string> = new Map([
  [32, 'MD5'],
  [40, 'SHA-1'],
  [64, 'SHA-256'],
]);

const path = (type: string, ...keys: readonly string[]): ObjectPath => ({ type, steps: keys.map((key) => ({ key })) });
const string = (value: string): Literal => ({ kind: 'string', value });

/** An indicator of ours as STIX 2.1 writes it (§4.7); the same one always has the same id. */
export function sharedIndicator(view: IndicatorView): SharedObject {
  const id = `indicator--${uuidOf(`${view.kind} ${view.value}`)}`;
  const version = new Date(view.firstSeenAt).toISOString();
  const object: StixObject = {
    type: 'indicator',
    spec_version: '2.1',
    id,
    created: version,
    modified: version,
    name: `${view.kind} ${view.value}`.slice(0, 256),
    indicator_types: ['malicious-activity'],
    pattern: printPattern(patternOf(view)),
    pattern_type: 'stix',
    pattern_version: '2.1',
    valid_from: version,
    valid_until: new Date(Math.max(view.expiresAt, view.firstSeenAt + 1)).toISOString(),
    confidence: Math.round(view.confidence),
  };
  return { id, type: 'indicator', version, addedAt: view.firstSeenAt, object };
}

function patternOf({ kind, value }: IndicatorView): Pattern {
  const equals = (at: ObjectPath): Pattern => ({
    kind: 'observe',
    that: { kind: 'compare', path: at, isNegated: false, operator: '=', to: string(value) },
  });
  switch (kind) {
    case 'address': {
      const type = value.includes(':') ? 'ipv6-addr' : 'ipv4-addr';
      return equals(path(type, 'value'));
    }
    case 'host':
      return hostPattern(value);
    case 'url':
      return equals(path('url', 'value'));
    case 'hash':
      return equals(path('file', 'hashes', HASHES.get(value.length) ?? 'SHA-256'));
    case 'agent':
      break;
  }
  const header = path('network-traffic', 'extensions', 'http-request-ext', 'request_header', 'User-Agent');
  return equals({ ...header, steps: [...header.steps, { every: true }] });
}

/** `*.example` is the name and everything below it. */
function hostPattern(value: string): Pattern {
  const at = path('domain-name', 'value');
  const name = value.replace(/^\*\./u, '');
  const equal = { kind: 'compare', path: at, isNegated: false, operator: '=', to: string(name) } as const;
  const below = { kind: 'text', path: at, isNegated: false, operator: 'LIKE', to: `%.${name}` } as const;
  return { kind: 'observe', that: name === value ? equal : { kind: 'or', parts: [equal, below] } };
}

/** A UUID of version 8 over a hash (RFC 9562 §5.8): the same words, the same id, on every node. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`holdfast indicator ${text}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
