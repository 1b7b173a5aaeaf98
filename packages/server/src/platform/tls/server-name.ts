import { isIP, SocketAddress } from 'node:net';

/** RFC 1035 §2.3.4: a host name has at most 253 octets in text form, a label at most 63. */
export const SERVER_NAME_CHARS_MAX = 253;

// Letters, digits, hyphen and, because real internal hosts carry it, underscore; never a hyphen at a label's edge.
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * One spelling for a host name: lower case, no trailing dot. Undefined for anything that is not a plain DNS name,
 * which keeps strings of attackers (SNI, challenge hosts) out of the maps. A leading `*.` is kept when `wildcard` is set.
 */
export function normaliseServerName(name: string, wildcard = false): string | undefined {
  // Length before anything else: SNI is the first thing a stranger sends.
  if (name.length === 0 || name.length > SERVER_NAME_CHARS_MAX + 1) return undefined;
  const lower = name.toLowerCase();
  const bare = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  const labels = bare.split('.');
  const rest = wildcard && labels[0] === '*' && labels.length > 1 ? labels.slice(1) : labels;
  if (bare.length > SERVER_NAME_CHARS_MAX || isIP(bare) !== 0) return undefined;
  return rest.every((label) => LABEL.test(label)) ? bare : undefined;
}

/** The wildcard that would cover a name: `*.example.test` for `shop.example.test`. RFC 9525 §6.3: one whole label only. */
export function wildcardFor(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot > 0 && dot < name.length - 1 ? `*${name.slice(dot)}` : undefined;
}

/** One spelling for an address (RFC 5952 for IPv6, which certificates print in full); undefined when it is none. */
export function normaliseAddress(address: string): string | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return new SocketAddress({ address, family: version === 4 ? 'ipv4' : 'ipv6' }).address;
}
