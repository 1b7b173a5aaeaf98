const HOST_CHARS_MAX = 253;
const LABEL_CHARS_MAX = 63;
const PORT_MAX = 65_535;

/** Host and port of an authority; `host` lower case without port. */
export interface Authority {
  readonly host: string;
  readonly authority: string;
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/u;
const IPV6 = /^[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})?$/u;

function isHostName(host: string): boolean {
  if (host.length === 0 || host.length > HOST_CHARS_MAX) return false;
  return host.split('.').every((label) => label.length <= LABEL_CHARS_MAX && LABEL.test(label));
}

const isPort = (port: string): boolean => /^[0-9]{1,5}$/u.test(port) && Number(port) >= 1 && Number(port) <= PORT_MAX;

// The few hosts that a gateway serves come over and over; checking each once is enough. Bounded, cleared when full.
const KNOWN_MAX = 1024;
const known = new Map<string, Authority | null>();

/**
 * Reads `Host` or `:authority`: a registered name in LDH labels (with `_`, which exists in the wild), an IPv4 address or a
 * bracketed IPv6 address, and an optional port. No user information, no percent encoding, no trailing dot, no empty port
 * (RFC 3986 §3.2.2 would allow the last three; each is a second spelling of one host). Null = refuse.
 */
export function parseAuthority(text: string): Authority | null {
  const held = known.get(text);
  if (held !== undefined) return held;
  const parsed = text.length > HOST_CHARS_MAX + 6 ? null : readAuthority(text);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, parsed);
  return parsed;
}

function readAuthority(text: string): Authority | null {
  const lower = text.toLowerCase();
  const colon = lower.startsWith('[') ? lower.indexOf(':', lower.indexOf(']')) : lower.indexOf(':');
  const host = colon < 0 ? lower : lower.slice(0, colon);
  if (colon >= 0 && !isPort(lower.slice(colon + 1))) return null;
  const isValid = host.startsWith('[') ? host.endsWith(']') && IPV6.test(host.slice(1, -1)) : isHostName(host);
  return isValid ? { host, authority: text } : null;
}

/** A request target taken apart. `authority` is set for the absolute form only. */
export interface Target {
  readonly path: string;
  readonly query: string;
  readonly authority: string | null;
}

// Visible ASCII without `#` (a fragment never travels) and `\` (some read it as `/`).
const TARGET = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/u;
const ABSOLUTE = /^https?:\/\/([^/?]+)/iu;

/** Takes origin form or absolute form apart (RFC 9112 §3.2); null for anything else. */
export function parseTarget(target: string): Target | null {
  if (!TARGET.test(target)) return null;
  if (target.startsWith('/')) return splitQuery(target, null);
  const absolute = ABSOLUTE.exec(target);
  const authority = absolute?.[1];
  if (absolute === null || authority === undefined) return null;
  const rest = target.slice(absolute[0].length);
  return splitQuery(rest.startsWith('/') ? rest : `/${rest}`, authority);
}

function splitQuery(target: string, authority: string | null): Target {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '', authority }
    : { path: target.slice(0, mark), query: target.slice(mark + 1), authority };
}
