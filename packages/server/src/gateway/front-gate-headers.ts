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
  readonly seen: Set<string>;
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
    seen: new Set(),
    cookies: [],
    host: null,
    authority: null,
    expect: null,
    contentLength: null,
    bytes: 0,
  };
  for (let at = 0; at + 1 < raw.length; at += 2) {
    // In range: `at + 1 < raw.length`.
    const fault = takeField(draft, raw[at]!.toLowerCase(), raw[at + 1]!);
    if (fault !== null) return fault;
  }
  return finish(draft);
}

function takeField(draft: Draft, name: string, value: string): HeaderFault | null {
  draft.bytes += name.length + value.length + 4;
  if (draft.bytes > draft.limits.headerBytesMax) return tooLarge('header-bytes');
  if (draft.isH2 && name.charCodeAt(0) === 0x3a) return takePseudo(draft, name, value);
  if (name.includes('_')) return malformed('header-underscore');
  if (!NAME.test(name)) return malformed('header-name');
  if (CONTROL.test(value)) return malformed('header-value');
  if (draft.isH2) {
    const fault = takeH2Field(draft, name, value);
    if (fault !== null) return fault;
  }
  if (name === 'cookie') return takeCookie(draft, value);
  if (SINGLETONS.has(name)) {
    if (draft.seen.has(name)) return malformed(`duplicate-${name}`);
    draft.seen.add(name);
    takeSingleton(draft, name, value);
  }
  draft.headers.push([name, value]);
  return null;
}

function takePseudo(draft: Draft, name: string, value: string): HeaderFault | null {
  if (!PSEUDO_FIELDS.has(name)) return malformed('h2-pseudo');
  if (draft.seen.has(name)) return malformed('h2-pseudo');
  draft.seen.add(name);
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
