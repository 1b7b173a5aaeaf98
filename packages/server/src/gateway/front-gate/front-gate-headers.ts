import type { GatewayLimits, ProblemCode } from '@holdfast/contract';

export type HeaderPair = readonly [name: string, value: string];

export interface HeaderFault {
  readonly rule: string;
  readonly code: ProblemCode;
}

/** A header block in lower case with the fields that the gate decides on. */
export interface ReadHeaders {
  readonly headers: readonly HeaderPair[];
  readonly host: string | null;
  readonly authority: string | null;
  readonly expect: string | null;
  readonly contentLength: string | null;
}

/**
 * Fields that may stand once: parsers differ on which of two counts, and a list join would make a new value. Response
 * fields are among them because some frameworks treat them alike on requests. `cookie` may repeat in HTTP/2 only
 * (RFC 9113 §8.2.3).
 */
const SINGLETONS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'content-location',
  'content-disposition',
  'authorization',
  'proxy-authorization',
  'user-agent',
  'referer',
  'origin',
  'from',
  'expect',
  'max-forwards',
  'range',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'date',
  'upgrade',
  'transfer-encoding',
  'traceparent',
  'sec-websocket-key',
  'sec-websocket-version',
  'access-control-request-method',
  'last-event-id',
  'age',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'server',
  'x-csrf-token',
  'x-xsrf-token',
  'x-api-key',
  'idempotency-key',
  'dpop',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  'sec-fetch-user',
  'x-requested-with',
]);

/** RFC 9113 §8.2.2: fields of an HTTP/1 connection make an HTTP/2 request malformed. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
const PSEUDO_FIELDS: ReadonlySet<string> = new Set([':method', ':scheme', ':path', ':authority']);

const NAME = /^[!#$%&'*+\-.^`|~0-9a-z]+$/u;
// oxlint-disable-next-line no-control-regex -- control bytes are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/u;
const CONTENT_LENGTH = /^[0-9]{1,15}$/u;

const malformed = (rule: string): HeaderFault => ({ rule, code: 'request-malformed' });
const tooLarge = (rule: string): HeaderFault => ({ rule, code: 'headers-too-large' });

interface Draft {
  readonly isH2: boolean;
  readonly limits: GatewayLimits;
  readonly headers: HeaderPair[];
  /** One bit a singleton, in two numbers. */
  readonly seen: Uint32Array;
  readonly pseudo: Set<string> | null;
  readonly cookies: string[];
  host: string | null;
  authority: string | null;
  expect: string | null;
  contentLength: string | null;
  bytes: number;
}

/** Reads a flat name-value list as Node gives it, in one pass. */
export function readHeaders(raw: readonly string[], isH2: boolean, limits: GatewayLimits): ReadHeaders | HeaderFault {
  if (raw.length > limits.headerCountMax * 2 + (isH2 ? PSEUDO_FIELDS.size * 2 : 0)) return tooLarge('header-count');
  const draft: Draft = {
    isH2,
    limits,
    headers: [],
    seen: new Uint32Array(2),
    pseudo: isH2 ? new Set() : null,
    cookies: [],
    host: null,
    authority: null,
    expect: null,
    contentLength: null,
    bytes: 0,
  };
  for (let at = 0; at + 1 < raw.length; at += 2) {
    // In range: `at + 1 < raw.length`.
    const fault = takeField(draft, readName(raw[at]!), raw[at + 1]!);
    if (fault !== null) return fault;
  }
  return finish(draft);
}

/** What is known of a field name before its value is looked at. */
interface FieldName {
  readonly name: string;
  readonly fault: HeaderFault | null;
  /** Which bit of `seen`, or -1. */
  readonly singleton: number;
}

const SINGLETON_BITS: ReadonlyMap<string, number> = new Map([...SINGLETONS].map((name, bit) => [name, bit]));
// The same few dozen names come with every request. Bounded, cleared when full.
const KNOWN_MAX = 1024;
const KNOWN_CHARS_MAX = 64;
const known = new Map<string, FieldName>();

function readName(raw: string): FieldName {
  const held = known.get(raw);
  if (held !== undefined) return held;
  const name = raw.toLowerCase();
  const fault = name.includes('_') ? malformed('header-underscore') : NAME.test(name) ? null : malformed('header-name');
  const made = { name, fault, singleton: SINGLETON_BITS.get(name) ?? -1 };
  if (raw.length > KNOWN_CHARS_MAX) return made;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(raw, made);
  return made;
}

function takeField(draft: Draft, field: FieldName, value: string): HeaderFault | null {
  const { name } = field;
  draft.bytes += name.length + value.length + 4;
  if (draft.bytes > draft.limits.headerBytesMax) return tooLarge('header-bytes');
  if (draft.isH2 && name.charCodeAt(0) === 0x3a) return takePseudo(draft, name, value);
  if (field.fault !== null) return field.fault;
  if (CONTROL.test(value)) return malformed('header-value');
  if (draft.isH2) {
    const fault = takeH2Field(draft, name, value);
    if (fault !== null) return fault;
  }
  if (name === 'cookie') return takeCookie(draft, value);
  if (field.singleton >= 0) {
    if (!isFirst(draft.seen, field.singleton)) return malformed(`duplicate-${name}`);
    takeSingleton(draft, name, value);
  }
  draft.headers.push([name, value]);
  return null;
}

function takePseudo(draft: Draft, name: string, value: string): HeaderFault | null {
  if (!PSEUDO_FIELDS.has(name) || draft.pseudo?.has(name) === true) return malformed('h2-pseudo');
  draft.pseudo?.add(name);
  if (name === ':authority') draft.authority = value;
  if (name === ':scheme' && value !== 'https' && value !== 'http') return malformed('h2-scheme');
  return CONTROL.test(value) ? malformed('h2-pseudo') : null;
}

function takeH2Field(_draft: Draft, name: string, value: string): HeaderFault | null {
  if (CONNECTION_FIELDS.has(name)) return malformed('h2-connection-field');
  return name === 'te' && value !== 'trailers' ? malformed('h2-te') : null;
}

function takeCookie(draft: Draft, value: string): HeaderFault | null {
  if (draft.cookies.length > 0 && !draft.isH2) return malformed('duplicate-cookie');
  draft.cookies.push(value);
  return null;
}

function isFirst(seen: Uint32Array, bit: number): boolean {
  const word = bit >> 5;
  const mask = 1 << (bit & 31);
  // Two words hold every singleton; there are fewer than 64.
  if ((seen[word]! & mask) !== 0) return false;
  seen[word]! |= mask;
  return true;
}

function takeSingleton(draft: Draft, name: string, value: string): void {
  if (name === 'host') draft.host = value;
  else if (name === 'expect') draft.expect = value;
  else if (name === 'content-length') draft.contentLength = value;
}

function finish(draft: Draft): ReadHeaders | HeaderFault {
  const { headers, host, authority, expect, contentLength } = draft;
  if (contentLength !== null && !CONTENT_LENGTH.test(contentLength)) return malformed('cl-value');
  if (draft.cookies.length > 0) {
    const cookie = draft.cookies.join('; ');
    if (cookie.length > draft.limits.cookieBytesMax) return tooLarge('cookie-bytes');
    headers.push(['cookie', cookie]);
  }
  return { headers, host, authority, expect, contentLength };
}
