import type { Field, RawRequest } from '../types.ts';
import { parseContentType, type ContentType } from './content-type.ts';
import { expandDocuments, expandGraphql } from './documents.ts';
import { parseJson } from './json.ts';
import { DECODE_LIMITS, type DecodeLimits } from './limits.ts';
import { parseMultipart } from './multipart.ts';
import { ambiguous, overLimit, type Decoded, type Parsed } from './outcome.ts';
import { parseCookies, parsePairs } from './pairs.ts';
import { decodeBytes, decodeLatin1, decodePercent, decodeUtf8 } from './percent.ts';
import { parseXml } from './xml.ts';

/**
 * Headers that only transport, caches and browsers read. Any other may be logged, stored or printed by some application; these are
 * handed on only when they hold signs that none of them needs, because loggers write down all of them.
 */
const TRANSPORT_HEADERS = new Set(
  (
    'host connection content-length content-type content-encoding transfer-encoding te trailer upgrade expect keep-alive proxy-connection ' +
    'accept accept-encoding accept-charset accept-ranges cache-control pragma date age range vary priority dnt http2-settings save-data ' +
    'upgrade-insecure-requests x-request-id x-correlation-id traceparent tracestate max-forwards early-data downlink rtt ect device-memory'
  ).split(' '),
);
const TRANSPORT_PREFIXES = ['sec-', 'if-', 'access-control-', 'x-amzn-', 'x-b3-', ':'];
const ODD_SIGNS = /[${}<>'`\\%|]|\.\.\//;
/** RFC 7617 §2. */
const BASIC_CREDENTIALS = /^basic +([A-Za-z0-9+/_-]{1,4096}={0,2})$/i;
const UTF8_CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);
const LATIN1_CHARSETS = new Set(['iso-8859-1', 'latin1']);
const PLAIN_SEGMENT = /^[\w.~-]*$/;
/** Share of printable characters from which a body of unknown type is read as text. */
const PRINTABLE_SHARE_MIN = 0.9;
const SNIFF_BYTES_MAX = 512;

/**
 * Decodes a request once into the fields every later step shares. `path` is the result of `canonicalPath`.
 *
 * @example
 * const decoded = decodeRequest({ method: 'GET', target: '/a?q=1', headers: [], body: null }, '/a');
 */
export function decodeRequest(raw: RawRequest, path: string, limits: DecodeLimits = DECODE_LIMITS): Decoded {
  if (raw.target.length > limits.targetBytesMax) return overLimit('targetBytesMax', 'path');
  const fields: Field[] = [];
  for (const part of [pathFields(path), queryFields(raw.target, limits), headerFields(raw, limits), bodyFields(raw, limits)]) {
    if (part.kind !== 'ok') return part;
    const expanded = expandDocuments(part.fields, limits);
    if (expanded.kind !== 'ok') return expanded;
    for (const field of expanded.fields) fields.push(field);
  }
  return { kind: 'ok', request: { method: raw.method, path, fields } };
}

/** The whole path, then each segment that is more than a plain word: an injected value usually fills one segment. */
function pathFields(path: string): Parsed {
  const whole = decodePercent(path);
  const fields: Field[] = [{ location: 'path', name: '', value: whole }];
  if (path.includes('%') || !PLAIN_SEGMENT.test(path.replaceAll('/', ''))) {
    const segments = path.split('/');
    for (const [index, segment] of segments.entries()) {
      if (PLAIN_SEGMENT.test(segment)) continue;
      fields.push({ location: 'path', name: String(index), value: decodePercent(segment) });
    }
  }
  return { kind: 'ok', fields };
}

function queryFields(target: string, limits: DecodeLimits): Parsed {
  const mark = target.indexOf('?');
  if (mark < 0) return { kind: 'ok', fields: [] };
  return parsePairs(target.slice(mark + 1), {
    location: 'query',
    pairsMax: limits.queryParametersMax,
    limit: 'queryParametersMax',
  });
}

function headerFields(raw: RawRequest, limits: DecodeLimits): Parsed {
  const fields: Field[] = [];
  let cookieBytes = 0;
  for (const [name, value] of raw.headers) {
    if (name === 'cookie') {
      cookieBytes += value.length;
      if (cookieBytes > limits.cookieBytesMax) return overLimit('cookieBytesMax', 'cookie');
      const cookies = parseCookies(value, limits.cookiesMax);
      if (cookies.kind !== 'ok') return cookies;
      fields.push(...cookies.fields);
    } else if (name === 'authorization' || name === 'proxy-authorization') pushCredentials(fields, name, value);
    else if (!isTransport(name) || ODD_SIGNS.test(value)) fields.push({ location: 'header', name, value });
  }
  return { kind: 'ok', fields };
}

function isTransport(name: string): boolean {
  return TRANSPORT_HEADERS.has(name) || TRANSPORT_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** User name and password of Basic credentials are two values that applications look up; other schemes stay as they are. */
function pushCredentials(fields: Field[], name: string, value: string): void {
  const encoded = BASIC_CREDENTIALS.exec(value.trim())?.[1];
  const decoded = encoded === undefined ? undefined : decodeBase64Bytes(encoded);
  if (decoded === undefined) {
    fields.push({ location: 'header', name, value });
    return;
  }
  const colon = decoded.indexOf(':');
  fields.push({ location: 'header', name, value: colon < 0 ? decoded : decoded.slice(0, colon) });
  if (colon >= 0) fields.push({ location: 'header', name, value: decoded.slice(colon + 1) });
}

function decodeBase64Bytes(encoded: string): string | undefined {
  try {
    return atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
}

function bodyFields(raw: RawRequest, limits: DecodeLimits): Parsed {
  const types: string[] = [];
  for (const [name, value] of raw.headers) {
    if (name === 'content-type') types.push(value);
    // The gateway inflates before it decodes; an encoding still present here would hide the body from us but not from the application.
    if (name === 'content-encoding' && value.trim().toLowerCase() !== 'identity' && hasBody(raw))
      return ambiguous('content-encoding', 'header', name);
  }
  if (types.length > 1) return ambiguous('content-type-repeated', 'header', 'content-type');
  const body = raw.body;
  if (body === null || body.length === 0) return { kind: 'ok', fields: [] };
  if (body.length > limits.textBytesMax) return overLimit('textBytesMax', 'text');
  const header = types[0];
  if (header === undefined) return sniffedText(body, limits);
  const type = parseContentType(header);
  if (type.kind === 'malformed') return ambiguous('content-type-malformed', 'header', 'content-type');
  return typedBody(body, type, limits);
}

function hasBody(raw: RawRequest): boolean {
  return raw.body !== null && raw.body.length > 0;
}

function typedBody(body: Uint8Array, type: Extract<ContentType, { kind: 'ok' }>, limits: DecodeLimits): Parsed {
  const charset = type.parameters.get('charset')?.toLowerCase() ?? 'utf-8';
  const isLatin1 = LATIN1_CHARSETS.has(charset);
  // UTF-7, UTF-16 or EBCDIC would let the application read words that were never inspected (CWE-838).
  if (!isLatin1 && !UTF8_CHARSETS.has(charset)) return ambiguous('charset', 'header', 'content-type');
  const { type: name } = type;
  return bodyOfType(body, { name, isLatin1, boundary: type.parameters.get('boundary') }, limits);
}

interface BodyType {
  name: string;
  isLatin1: boolean;
  boundary: string | undefined;
}

function bodyOfType(body: Uint8Array, type: BodyType, limits: DecodeLimits): Parsed {
  const { name, isLatin1, boundary } = type;
  if (name === 'multipart/form-data') return parseMultipart(decodeBytes(body), boundary, limits);
  if (name.startsWith('multipart/')) return ambiguous('multipart-nested', 'multipart');
  if (name === 'application/x-www-form-urlencoded') {
    return parsePairs(decodeBytes(body), {
      location: 'form',
      pairsMax: limits.formParametersMax,
      limit: 'formParametersMax',
    });
  }
  if (isJson(name)) return jsonBody(body, isLatin1, limits);
  if (name.endsWith('/xml') || name.endsWith('+xml'))
    return isOtherEncoding(body) ? ambiguous('charset', 'xml') : parseXml(decodeBytes(body), limits);
  if (name === 'application/graphql') return expandGraphql({ location: 'text', name: '', value: decodeBytes(body) }, limits);
  if (name.startsWith('text/')) return textBody(body, limits);
  return sniffedText(body, limits);
}

/** XML 1.0 appendix F: UTF-16, UCS-4 and EBCDIC are told by the first octets, whatever the headers say; parsers do so (CWE-838). */
function isOtherEncoding(body: Uint8Array): boolean {
  const [first = 0x3c, second = 0x3c, third = 0x3c] = body;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return true;
  return first === 0 || second === 0 || third === 0 || (first === 0x4c && second === 0x6f && third === 0xa7);
}

/** RFC 8259 §8.1: JSON between systems is UTF-8, so octets that are not are read differently by different parsers. */
function jsonBody(body: Uint8Array, isLatin1: boolean, limits: DecodeLimits): Parsed {
  if (body.length > limits.jsonBytesMax) return overLimit('jsonBytesMax', 'json');
  const text = isLatin1 ? decodeLatin1(body) : decodeUtf8(body);
  return text === undefined ? ambiguous('utf8', 'json') : parseJson(text, limits);
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json') || type === 'application/csp-report';
}

/**
 * Beacons send JSON as `text/plain`, because that needs no preflight (Fetch §2.2.2): read as one text, its quotes and commas look
 * like those of a statement. Only what is JSON to its end and unambiguous is read so; all else stays a text.
 */
function textBody(body: Uint8Array, limits: DecodeLimits): Parsed {
  const value = decodeBytes(body);
  const json = /^\s{0,64}[[{]/u.test(value) && body.length <= limits.jsonBytesMax ? parseJson(value, limits) : null;
  return json?.kind === 'ok' ? json : { kind: 'ok', fields: [{ location: 'text', name: '', value }] };
}

/** A body of unknown type is text when it looks like text; images and archives are not searched for words. */
function sniffedText(body: Uint8Array, limits: DecodeLimits): Parsed {
  const length = Math.min(body.length, SNIFF_BYTES_MAX);
  let printable = 0;
  for (let i = 0; i < length; i++) {
    const byte = body[i] ?? 0;
    if ((byte >= 32 && byte !== 127) || byte === 9 || byte === 10 || byte === 13) printable++;
  }
  return printable / length >= PRINTABLE_SHARE_MIN ? textBody(body, limits) : { kind: 'ok', fields: [] };
}
