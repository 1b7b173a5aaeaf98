/** A value read as an address, leniently: what different URL readers disagree about is kept, not repaired. */
export interface Address {
  /** Lower case, without the colon; empty for an address that starts with its slashes. */
  scheme: string;
  /** The slashes and backslashes between scheme and host, as they stand. */
  slashes: string;
  /** What stands before the last `@` of the authority; null when there is none. */
  userinfo: string | null;
  host: string;
  port: string;
  /** Path, query and fragment. */
  rest: string;
  /** Everything between the slashes and the path. */
  authority: string;
  /** Wrapping schemes that were taken off (`jar:`, `url:`), outermost first. */
  wrappers: readonly string[];
}

export const ADDRESS_LENGTH_MAX = 8_192;
const SCHEME_LENGTH_MAX = 24;
const WRAPPERS_MAX = 3;
const OPENING_MAX = 8;
/** Schemes whose only content is another address. */
const WRAPPING = new Set(['url', 'jar', 'feed', 'view-source', 'blob', 'netdoc', 'wyciwyg', 'pcap', 'nested', 'wsjar', 'vfszip']);
/** Schemes that a URL parser reads without any slash too (WHATWG URL §3.1, special schemes). */
const SPECIAL = new Set(['http', 'https', 'ftp', 'ws', 'wss']);

/**
 * Reads a value as an address; undefined when it does not start as one. Tab and line breaks vanish and blanks around it are cut, as
 * the WHATWG parser does (URL §4.4).
 *
 * @example readAddress('http://a@b:80/c')?.host // 'b'
 */
export function readAddress(value: string): Address | undefined {
  let text = clean(value);
  const wrappers: string[] = [];
  for (let depth = 0; depth <= WRAPPERS_MAX; depth++) {
    const scheme = schemeOf(text);
    const rest = scheme === '' ? text : text.slice(scheme.length + 1);
    if (WRAPPING.has(scheme) && depth < WRAPPERS_MAX && schemeOf(rest) !== '') {
      wrappers.push(scheme);
      text = rest;
      continue;
    }
    return readParts(scheme, rest, wrappers);
  }
  return undefined;
}

function clean(value: string): string {
  const text = value.length > ADDRESS_LENGTH_MAX ? value.slice(0, ADDRESS_LENGTH_MAX) : value;
  return cutOpening(text.replaceAll(/[\t\r\n]/g, '').trim());
}

/** Quotes and brackets around an address are those of the text it was taken from. */
function cutOpening(text: string): string {
  let at = 0;
  while (at < OPENING_MAX && at < text.length && (text.charCodeAt(at) <= 32 || '"\'<>('.includes(text.charAt(at)))) at++;
  if (at === 0) return text;
  let end = text.length;
  while (end > at && text.length - end < OPENING_MAX && '"\'<>)'.includes(text.charAt(end - 1))) end--;
  return text.slice(at, end);
}

/** The scheme in lower case, or '' (RFC 3986 §3.1). */
export function schemeOf(text: string): string {
  for (let at = 0; at <= SCHEME_LENGTH_MAX; at++) {
    const code = text.charCodeAt(at);
    if (code === 58) return at > 1 ? text.slice(0, at).toLowerCase() : '';
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
    const isInner = at > 0 && ((code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46 || code === 95);
    if (!isLetter && !isInner) return '';
  }
  return '';
}

function readParts(scheme: string, text: string, wrappers: readonly string[]): Address | undefined {
  let start = 0;
  while (text[start] === '/' || text[start] === '\\') start++;
  const slashes = text.slice(0, start);
  if (slashes.length < (scheme === '' ? 2 : SPECIAL.has(scheme) ? 0 : 2)) return undefined;
  return readAuthority(text.slice(start), { scheme, slashes, wrappers });
}

/** Splits a host and what follows it; also for names without a scheme. */
export function readAuthority(text: string, head: Pick<Address, 'scheme' | 'slashes' | 'wrappers'>): Address {
  // A jar's inner path starts at `!`; no host holds one.
  const end = indexOfAny(text, '/\\?#!');
  const authority = text.slice(0, end);
  const at = authority.lastIndexOf('@');
  const { host, port } = splitPort(authority.slice(at + 1));
  return { ...head, userinfo: at < 0 ? null : authority.slice(0, at), host, port, rest: text.slice(end), authority };
}

function indexOfAny(text: string, wanted: string): number {
  for (let i = 0; i < text.length; i++) if (wanted.includes(text.charAt(i))) return i;
  return text.length;
}

function splitPort(text: string): { host: string; port: string } {
  const close = text.lastIndexOf(']');
  const colon = text.indexOf(':', Math.max(0, close));
  // Several colons outside brackets: IPv6 without its brackets, which lenient clients take.
  const isBareIpv6 = close < 0 && /^[\da-f]{0,4}:[\da-f:.%]*$/i.test(text) && text.indexOf(':', colon + 1) >= 0;
  return colon < 0 || isBareIpv6 ? { host: text, port: '' } : { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** Hosts that another reader may find behind any `@` of the value; at most a few, short ones only. */
export function hostsBehindAt(address: Address): readonly string[] {
  const text = `${address.authority}${address.rest}`;
  const hosts: string[] = [];
  for (let at = text.indexOf('@'); at >= 0 && hosts.length < CANDIDATES_MAX; at = text.indexOf('@', at + 1)) {
    const tail = text.slice(at + 1, at + 1 + CANDIDATE_LENGTH_MAX);
    hosts.push(splitPort(tail.slice(0, indexOfAny(tail, '/\\?#!@& '))).host);
  }
  return hosts;
}
const CANDIDATES_MAX = 4;
const CANDIDATE_LENGTH_MAX = 128;
