import { covers, formatPrefix, overlaps, parsePrefix, type Prefix } from '../../../platform/prefix.ts';

/** The gateway's prefix trie is measured up to this many. */
export const BANS_MAX = 100_000;
export const ALLOWS_MAX = 10_000;

/** A wider prefix is a mistake more often than a decision: it bans a large part of the internet at once. */
const IPV4_LENGTH_MIN = 8;
const IPV6_LENGTH_MIN = 16;

/**
 * Never to be banned: the operator's own machine, local proxies and health probes reach us from these.
 * RFC 1122 §3.2.1.3 (loopback, this host), RFC 3927 and RFC 4291 §2.5.6 (link-local, where cloud probes come from).
 */
const PROTECTED = ['127.0.0.0/8', '::1', '0.0.0.0/32', '::', '169.254.0.0/16', 'fe80::/10'].flatMap((text) => {
  const parsed = parsePrefix(text);
  return parsed === null ? [] : [parsed];
});

export type BanDecision =
  | { readonly kind: 'ban'; readonly prefix: Prefix; readonly text: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unsafe'; readonly why: string };

/** Whether a prefix may be banned. Allow-listed addresses inside a wider ban stay reachable: the gateway asks the allow-list first. */
export function decideBan(text: string, allows: readonly string[]): BanDecision {
  const prefix = parsePrefix(text);
  if (prefix === null) return { kind: 'malformed' };
  if (prefix.length < (prefix.family === 4 ? IPV4_LENGTH_MIN : IPV6_LENGTH_MIN)) {
    return { kind: 'unsafe', why: `at least /${prefix.family === 4 ? IPV4_LENGTH_MIN : IPV6_LENGTH_MIN} is needed` };
  }
  const reserved = PROTECTED.find((one) => overlaps(one, prefix));
  if (reserved !== undefined) return { kind: 'unsafe', why: `${formatPrefix(reserved)} is this machine or a local health probe` };
  for (const allow of allows) {
    const allowed = parsePrefix(allow);
    if (allowed !== null && covers(allowed, prefix))
      return { kind: 'unsafe', why: `${allow} is on the allow-list; remove it there first` };
  }
  return { kind: 'ban', prefix, text: formatPrefix(prefix) };
}

/** Entries of a list that cover one address: what `ban list --address` and `ban remove --mine` ask for. */
export function coveringPrefixes(address: string, prefixes: readonly string[]): string[] {
  const wanted = parsePrefix(address);
  if (wanted === null) return [];
  return prefixes.filter((text) => {
    const prefix = parsePrefix(text);
    return prefix !== null && covers(prefix, wanted);
  });
}
