export type HeaderPair = readonly [name: string, value: string];
export type HeaderList = readonly HeaderPair[];

// RFC 9112 §7 and RFC 9113 §8.2.2: these belong to one connection and never cross a proxy.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

const HEADER_COUNT_MAX = 256;
const HEADER_BYTES_MAX = 65_536;
// RFC 9110 §5.6.2 `token`.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u;
// Everything but HTAB, visible ASCII and bytes above 0x7f (RFC 9110 §5.5): CR, LF and NUL split responses.
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
export const FORBIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f]/u;

/** Node writes header text as Latin-1; text that was decoded as UTF-8 goes back to the bytes it came from. */
function toLatin1(value: string): string {
  // oxlint-disable-next-line no-control-regex -- the range is "not Latin-1"
  return /[^\u0000-\u00ff]/u.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

// Nearly every value is visible ASCII, and one look tells.
const UNUSUAL = /[^\u0020-\u007e]/u;

// Applications send the same few names. Bounded, cleared when full; null = no token.
const KNOWN_MAX = 1024;
const KNOWN_CHARS_MAX = 64;
const known = new Map<string, string | null>();

/** A field name in lower case; null when it is none. */
export function readName(raw: string): string | null {
  const held = known.get(raw);
  if (held !== undefined) return held;
  const name = TOKEN.test(raw) ? raw.toLowerCase() : null;
  if (raw.length > KNOWN_CHARS_MAX) return name;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(raw, name);
  return name;
}

/**
 * The upstream's header without what belongs to its connection, names in lower case; null when it cannot be trusted as one
 * header (a control character that would split the response, a bad name, too much of it).
 */
export function takeUpstreamHeaders(headers: HeaderList): HeaderPair[] | null {
  if (headers.length > HEADER_COUNT_MAX) return null;
  const taken: HeaderPair[] = [];
  let named: Set<string> | null = null;
  let bytes = 0;
  for (const pair of headers) {
    const [rawName, rawValue] = pair;
    bytes += rawName.length + rawValue.length;
    const name = readName(rawName);
    if (bytes > HEADER_BYTES_MAX || name === null) return null;
    const isUnusual = UNUSUAL.test(rawValue);
    if (isUnusual && FORBIDDEN.test(rawValue)) return null;
    if (name === 'connection' && rawValue !== 'keep-alive') {
      named ??= new Set();
      for (const token of rawValue.split(',')) named.add(token.trim().toLowerCase());
    }
    if (!HOP_BY_HOP.has(name)) taken.push(isUnusual || name !== rawName ? [name, toLatin1(rawValue)] : pair);
  }
  // RFC 9110 §7.6.1: what Connection names is hop-by-hop too.
  const dropped = named;
  return dropped === null ? taken : taken.filter(([name]) => !dropped.has(name));
}

/** The first value under a lower-case name, or null. */
export function headerValue(headers: HeaderList, name: string): string | null {
  for (const [candidate, value] of headers) if (candidate === name) return value;
  return null;
}
