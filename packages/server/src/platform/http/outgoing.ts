import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What an operator may name: `public` over TLS only, `private` also in clear, `forbidden` never. */
export type Reach = 'public' | 'private' | 'forbidden';

/** Addresses and prefixes that were found to be such; one without a length is one address. */
export function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    if (length === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(length), familyOf(address));
  }
  return list;
}

export const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Link-local (RFC 3927, RFC 4291 §2.5.6), where clouds answer with credentials; their other addresses for that; "this host",
 * multicast and broadcast, where nobody can be meant.
 */
const FORBIDDEN = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'ff00::/8',
]);
/** Loopback, RFC 1918, RFC 6598 and RFC 4193. */
const PRIVATE = listOf(['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '::1/128', 'fc00::/7']);
const METADATA_NAMES = new Set(['metadata', 'instance-data', 'metadata.google.internal', 'metadata.azure.internal']);

/** The IPv4 address that an IPv6 one stands for: mapped (RFC 4291 §2.5.5.2) or NAT64 (RFC 6052 §2.1); null = none. */
function carriedIpv4(address: string): string | null {
  // The URL parser writes every form of an address as the same groups.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const groups = /^(?:::ffff:|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/u.exec(canonical);
  if (groups === null) return null;
  const value = (Number.parseInt(groups[1] ?? '0', 16) << 16) | Number.parseInt(groups[2] ?? '0', 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

export function reachOf(address: string): Reach {
  const bare = address.replace(/%.*$/u, '');
  const carried = isIP(bare) === 6 ? carriedIpv4(bare) : null;
  if (carried !== null) return reachOf(carried);
  const family = familyOf(bare);
  if (isIP(bare) === 0 || FORBIDDEN.check(bare, family)) return 'forbidden';
  return PRIVATE.check(bare, family) ? 'private' : 'public';
}

const plainName = (host: string): string =>
  host
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '')
    .toLowerCase();

/** In words, why nothing is sent to this host; null = names are judged when they are resolved. */
export function hostFault(host: string, { isPlain }: { readonly isPlain: boolean }): string | null {
  const name = plainName(host);
  if (METADATA_NAMES.has(name)) return 'this name belongs to the metadata service of a cloud';
  if (isIP(name) === 0) return null;
  return addressFault(name, isPlain);
}

function addressFault(address: string, isPlain: boolean): string | null {
  const reach = reachOf(address);
  if (reach === 'forbidden') return 'link-local, metadata and multicast addresses are never asked';
  return isPlain && reach === 'public' ? 'outside of private networks it must be encrypted' : null;
}

/** In words, why nothing is sent to this address; null = it may be tried. */
export function outgoingFault(url: URL): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the address must begin with https';
  if (url.username !== '' || url.password !== '') return 'the address must hold no login';
  return hostFault(url.hostname, { isPlain: url.protocol === 'http:' });
}

/** A name led to an address that nothing is sent to. */
export class OutgoingFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OutgoingFault';
  }
}

/**
 * For `lookup` of a connection: what a name says is judged at the moment it is used, so that a name that changes its mind
 * (DNS rebinding, CWE-350) leads nowhere. One bad address among several is a name not to be trusted.
 */
export function judgedLookup(faultOf: (address: string) => string | null): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const fault = error ?? faultIn(found, faultOf);
      const [first] = fault === null ? found : [];
      if (fault !== null || first === undefined) return done(fault ?? new OutgoingFault('the name has no address'), []);
      if (options.all === true) return done(null, found);
      return done(null, first.address, first.family);
    });
  };
}

/** The same, by what an operator may name. */
export const guardedLookup = ({ isPlain }: { readonly isPlain: boolean }): LookupFunction =>
  judgedLookup((address) => addressFault(address, isPlain));

function faultIn(found: readonly LookupAddress[], faultOf: (address: string) => string | null): OutgoingFault | null {
  const fault = found.map(({ address }) => faultOf(address)).find((words) => words !== null);
  return fault === undefined ? null : new OutgoingFault(fault);
}
