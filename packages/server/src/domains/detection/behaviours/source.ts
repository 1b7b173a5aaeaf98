import { parseAddress } from '../../../platform/address.ts';

const words = new Uint32Array(4);

/** What one party often holds: the IPv4 /24, or the /56 that a home or a small site gets of IPv6 (RFC 6177 §2). */
export function networkOf(address: string): string {
  const bits = parseAddress(address, words);
  const [first = 0, second = 0] = words;
  if (bits === 32) return `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.0/24`;
  if (bits !== 128) return address;
  const groups = [first >>> 16, first & 0xffff, second >>> 16, second & 0xff00];
  return `${groups.map((group) => group.toString(16)).join(':')}::/56`;
}
