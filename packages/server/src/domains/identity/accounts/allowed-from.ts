import { BlockList, isIP } from 'node:net';

const BITS = { 4: 32, 6: 128 } as const;

interface Subnet {
  readonly family: 4 | 6;
  readonly network: string;
  readonly length: number;
}

/** Null = no address and no prefix. A zone (`fe80::1%eth0`) names an interface, not where somebody is. */
function parse(text: string): Subnet | null {
  const [network = '', lengthText, ...more] = text.split('/');
  const family = isIP(network);
  if ((family !== 4 && family !== 6) || more.length > 0 || text.includes('%')) return null;
  if (lengthText === undefined) return { family, network, length: BITS[family] };
  // One spelling only: `/08` or `/+8` would let two texts name one prefix.
  if (!/^(?:0|[1-9]\d{0,2})$/u.test(lengthText)) return null;
  const length = Number(lengthText);
  return length > BITS[family] ? null : { family, network, length };
}

const typeOf = (family: 4 | 6): 'ipv4' | 'ipv6' => (family === 4 ? 'ipv4' : 'ipv6');

/** Whether the text is an address or a prefix such as `192.0.2.0/24`. */
export const isCidr = (text: string): boolean => parse(text) !== null;

/**
 * Whether an address lies in one of the prefixes; no prefixes = from anywhere. An address that cannot be read is nowhere.
 * IPv4 in its IPv6 form is the same place (RFC 4291 §2.5.5.2).
 */
export function allowedFrom(cidrs: readonly string[]): (address: string | null) => boolean {
  if (cidrs.length === 0) return () => true;
  const list = new BlockList();
  for (const cidr of cidrs) {
    const subnet = parse(cidr);
    if (subnet !== null) list.addSubnet(subnet.network, subnet.length, typeOf(subnet.family));
  }
  return (address) => {
    const at = address === null ? null : parse(address);
    return at !== null && list.check(at.network, typeOf(at.family));
  };
}
