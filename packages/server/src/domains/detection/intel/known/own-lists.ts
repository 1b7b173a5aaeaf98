import { getServers } from 'node:dns';
import { networkInterfaces } from 'node:os';
import type { KnownList } from './known.ts';

/**
 * Nothing of the Internet comes from there, or it is somebody's own network (RFC 6890, RFC 6598, RFC 4193). Documentation
 * prefixes (RFC 5737, RFC 3849) are not among them: nobody is harmed when they are listed, and examples and tests use them.
 */
export const PRIVATE_PREFIXES: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/** Whoever is refused these loses the Internet, or every visitor behind one of them is refused together. */
const RESOLVERS: readonly string[] = [
  '1.0.0.1',
  '1.1.1.1',
  '8.8.4.4',
  '8.8.8.8',
  '9.9.9.9',
  '149.112.112.112',
  '208.67.220.220',
  '208.67.222.222',
  '2001:4860:4860::8844',
  '2001:4860:4860::8888',
  '2606:4700:4700::1001',
  '2606:4700:4700::1111',
  '2620:fe::9',
  '2620:fe::fe',
];

/** Published by Cloudflare (cloudflare.com/ips) and Fastly (api.fastly.com/public-ip-list); newer ones come with warning lists. */
const DELIVERY_NETWORKS: readonly string[] = [
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '108.162.192.0/18',
  '131.0.72.0/22',
  '141.101.64.0/18',
  '162.158.0.0/15',
  '172.64.0.0/13',
  '173.245.48.0/20',
  '188.114.96.0/20',
  '190.93.240.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '2400:cb00::/32',
  '2405:8100::/32',
  '2405:b500::/32',
  '2606:4700::/32',
  '2803:f800::/32',
  '2a06:98c0::/29',
  '2c0f:f248::/32',
  '23.235.32.0/20',
  '43.249.72.0/22',
  '103.244.50.0/24',
  '103.245.222.0/23',
  '103.245.224.0/24',
  '104.156.80.0/20',
  '140.248.64.0/18',
  '140.248.128.0/17',
  '146.75.0.0/17',
  '151.101.0.0/16',
  '157.52.64.0/18',
  '167.82.0.0/17',
  '167.82.128.0/20',
  '167.82.160.0/20',
  '167.82.224.0/20',
  '172.111.64.0/18',
  '185.31.16.0/22',
  '199.27.72.0/21',
  '199.232.0.0/16',
  '2a04:4e40::/32',
  '2a04:4e42::/32',
];

/** What is never taken as bad, whatever a source says, beside warning lists that are brought in. */
export function ownLists(allowed: readonly string[]): readonly KnownList[] {
  const addresses = Object.values(networkInterfaces()).flatMap((held) => (held ?? []).map(({ address }) => withoutZone(address)));
  const resolvers = getServers().map((server) =>
    withoutZone(server.replace(/^\[(.*)\](?::\d+)?$/u, '$1').replace(/^([\d.]+):\d+$/u, '$1')),
  );
  return [
    { name: 'on the allow list', type: 'cidr', list: allowed },
    { name: 'an address of this host', type: 'cidr', list: addresses },
    { name: 'a resolver of this host', type: 'cidr', list: resolvers },
    { name: 'a private or reserved network', type: 'cidr', list: PRIVATE_PREFIXES },
    { name: 'a well-known resolver', type: 'cidr', list: RESOLVERS },
    { name: 'a content delivery network', type: 'cidr', list: DELIVERY_NETWORKS },
  ];
}

const withoutZone = (address: string): string => address.split('%', 1)[0] ?? address;
