import { networkOf } from '../people/lockout.ts';

/** What one party often holds: an IPv4 /24, or the /48 that a site gets of IPv6 (RFC 6177). */
export function wideNetworkOf(address: string): string {
  const narrow = networkOf(address);
  const isV6 = narrow.includes(':');
  return narrow
    .split(isV6 ? ':' : '.')
    .slice(0, 3)
    .join(isV6 ? ':' : '.');
}
