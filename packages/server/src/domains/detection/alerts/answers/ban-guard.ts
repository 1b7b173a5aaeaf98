import { covers, formatPrefix, overlaps, parsePrefix, type Prefix } from '../../../../platform/prefix.ts';

/** Wider than this reaches people who did nothing: that takes an incident. */
const IPV4_LENGTH_MIN = 24;
const IPV6_LENGTH_MIN = 56;
/** Whoever has an IPv6 address has the other 2^64 beside it (RFC 6177 §2). */
const IPV6_CLIENT_LENGTH = 64;
/** RFC 1918, RFC 6598, RFC 4193: as seen without a proxy that we believe, such a client is a neighbour, a proxy or ourselves. */
const PRIVATE = prefixesOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);

export const BANS_PER_MINUTE = 120;
/** Of the clients of the last hour. */
export const SHARE_MAX = 0.2;
/** Where few clients come, a share of them says nothing: so many are never too many. */
export const CLIENTS_FLOOR = 50;

function prefixesOf(texts: readonly string[]): Prefix[] {
  return texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix === null ? [] : [prefix];
  });
}

/** Who is never to be hit. */
export interface BanPlaces {
  /** Clients are told to us by proxies that we believe, so that a private address can be a stranger. */
  readonly isForwarded: boolean;
  /** Addresses of this machine. */
  readonly own: readonly string[];
  /** Where administrators with a second factor sit now. */
  readonly administrators: readonly string[];
}

export interface BanAsked extends BanPlaces {
  /** An address or a network, as the detector names it. */
  readonly value: string;
  /** Addresses that came within the hour. */
  readonly clients: readonly string[];
  /** How many of them the bans of this hour reach already. */
  readonly reached: number;
  /** Bans of the last minute. */
  readonly recent: number;
}

export type BanVerdict =
  | { readonly kind: 'ban'; readonly prefix: string; readonly reaches: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Whether the watch may ban this by itself. What is on the allow-list, or loopback, the bans refuse themselves. */
export function judgeBan(asked: BanAsked): BanVerdict {
  const prefix = toPrefix(asked.value);
  if (prefix === null) return refused('this is no address');
  const narrowest = prefix.family === 4 ? IPV4_LENGTH_MIN : IPV6_LENGTH_MIN;
  if (prefix.length < narrowest) return refused(`wider than /${narrowest}: that takes a person`);
  const why = whyNeverBanned(prefix, asked);
  if (why !== null) return refused(why);
  if (asked.recent >= BANS_PER_MINUTE) return refused(`more than ${BANS_PER_MINUTE} bans in a minute`);
  const reaches = reachedBy(prefix, asked.clients);
  if (asked.reached + reaches > Math.max(CLIENTS_FLOOR, asked.clients.length * SHARE_MAX))
    return refused(`the bans of this hour would reach more than ${SHARE_MAX * 100} % of the clients`);
  return { kind: 'ban', prefix: formatPrefix(prefix), reaches };
}

const refused = (why: string): BanVerdict => ({ kind: 'refused', why });

/** Whoever asks for it; null = it may be. */
export function whyNeverBanned(prefix: Prefix, { isForwarded, own, administrators }: BanPlaces): string | null {
  if (!isForwarded && PRIVATE.some((one) => overlaps(one, prefix)))
    return 'a private address that no trusted proxy named: it may be a proxy of yours (trustedHops)';
  if (prefixesOf(own).some((one) => covers(prefix, one))) return 'an address of this machine';
  if (prefixesOf(administrators).some((one) => covers(prefix, one)))
    return 'an administrator is signed in from there, with a second factor';
  return null;
}

/** Wider than one network of a customer. */
export const isWide = ({ family, length }: Prefix): boolean => length < (family === 4 ? IPV4_LENGTH_MIN : IPV6_LENGTH_MIN);

/** What is banned for an address or network; null = it is none. */
export function toPrefix(value: string): Prefix | null {
  const parsed = parsePrefix(value);
  if (parsed === null || parsed.family === 4 || parsed.length < 128) return parsed;
  return parsePrefix(`${value}/${IPV6_CLIENT_LENGTH}`);
}

/** At least the one that it was asked for. */
function reachedBy(prefix: Prefix, clients: readonly string[]): number {
  const isOne = prefix.family === 4 ? prefix.length === 32 : prefix.length >= IPV6_CLIENT_LENGTH;
  if (isOne) return 1;
  // Cheap first: addresses of a network of this size begin alike.
  const text = formatPrefix(prefix);
  const start = prefix.family === 4 ? text.slice(0, text.lastIndexOf('.') + 1) : text.slice(0, text.indexOf(':') + 1);
  const inside = clients.filter((address) => {
    if (!address.startsWith(start)) return false;
    const client = parsePrefix(address);
    return client !== null && covers(prefix, client);
  });
  return Math.max(1, inside.length);
}
