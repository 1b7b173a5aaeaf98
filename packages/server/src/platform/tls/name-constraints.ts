import { isIPv4 } from 'node:net';
import { normaliseServerName } from './server-name.ts';

/** RFC 5280 §4.2.1.10. */
export const NAME_CONSTRAINTS_OID = '2.5.29.30';

/**
 * Where the local CA may ever vouch: this machine, names reserved for private use (RFC 6761, RFC 6762, RFC 8375, ICANN
 * `internal`) and private addresses. Whoever steals its key cannot pose as a bank to the person who trusted it.
 */
export const LOCAL_DOMAINS = ['localhost', 'test', 'local', 'internal', 'home.arpa', 'lan'] as const;

interface AddressRange {
  readonly address: readonly number[];
  readonly prefixBits: number;
}
const v6 = (bytes: readonly number[], last = 0): number[] => [...bytes, ...Array<number>(15 - bytes.length).fill(0), last];
const LOCAL_RANGES: readonly AddressRange[] = [
  { address: [127, 0, 0, 0], prefixBits: 8 },
  { address: [10, 0, 0, 0], prefixBits: 8 },
  { address: [172, 16, 0, 0], prefixBits: 12 },
  { address: [192, 168, 0, 0], prefixBits: 16 },
  { address: v6([], 1), prefixBits: 128 },
  { address: v6([0xfc]), prefixBits: 7 },
  { address: v6([0xfe, 0x80]), prefixBits: 10 },
];

// DER (X.690): the only tags this extension needs. dNSName and iPAddress are context tags 2 and 7 of GeneralName.
const SEQUENCE = 0x30;
const PERMITTED_SUBTREES = 0xa0;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const LONG_LENGTH = 0x80;

function der(tag: number, content: Uint8Array): Buffer {
  // X.690 §8.1.3: up to 127 in one octet, then the count of length octets with the high bit, then the length itself.
  const size = content.length;
  const long = size > 0xff ? [size >> 8, size & 0xff] : [size];
  const length = size < LONG_LENGTH ? [size] : [LONG_LENGTH | long.length, ...long];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** The DER value of a name constraints extension that permits the domains (and below) and the local address ranges. */
export function encodeNameConstraints(domains: readonly string[]): Buffer {
  const names = domains.map((domain) => der(SEQUENCE, der(DNS_NAME, Buffer.from(domain, 'ascii'))));
  const ranges = LOCAL_RANGES.map(({ address, prefixBits }) =>
    der(SEQUENCE, der(IP_ADDRESS, Buffer.from([...address, ...maskOf(address.length, prefixBits)]))),
  );
  return der(SEQUENCE, der(PERMITTED_SUBTREES, Buffer.concat([...names, ...ranges])));
}

/**
 * Which of the candidate domains a certificate of ours permits. The bytes of one whole subtree entry occur nowhere else in
 * a certificate that we encoded ourselves, so a search replaces an ASN.1 parser at every start.
 */
export function permittedDomains(certDer: Uint8Array, candidates: readonly string[]): string[] {
  const bytes = Buffer.from(certDer);
  return candidates.filter((domain) => bytes.includes(der(SEQUENCE, der(DNS_NAME, Buffer.from(domain, 'ascii')))));
}

function maskOf(bytes: number, prefixBits: number): number[] {
  return Array.from({ length: bytes }, (_, index) => {
    const bits = Math.min(Math.max(prefixBits - index * 8, 0), 8);
    return (0xff << (8 - bits)) & 0xff;
  });
}

/** True when a leaf with this name stays valid under the constraints; one name outside would spoil the whole certificate. */
export function isPermitted(name: string, domains: readonly string[]): boolean {
  const octets = isIPv4(name) ? name.split('.').map(Number) : undefined;
  if (octets !== undefined) return LOCAL_RANGES.some((range) => contains(range, octets));
  if (name.includes(':')) return name === '::1' || /^f(?:[cd][0-9a-f]{2}|e[89ab][0-9a-f]):/.test(name);
  const bare = normaliseServerName(name, true)?.replace(/^\*\./, '');
  return bare !== undefined && domains.some((domain) => bare === domain || bare.endsWith(`.${domain}`));
}

function contains(range: AddressRange, octets: readonly number[]): boolean {
  const mask = maskOf(range.address.length, range.prefixBits);
  // The three arrays have the length of one address family; `?? 0` only satisfies the index check.
  return octets.length === mask.length && octets.every((octet, i) => (octet & (mask[i] ?? 0)) === range.address[i]);
}
