import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The operator's own: where the SSH session comes from, and the addresses of this host. */
export function ownAddresses(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const remote = (env['SSH_CONNECTION'] ?? env['SSH_CLIENT'] ?? '').split(' ')[0] ?? '';
  const local = Object.values(networkInterfaces()).flatMap((cards) => (cards ?? []).map((card) => card.address));
  return [...new Set([remote, ...local].filter((address) => isIP(address) !== 0))];
}

/** The banned prefixes that hold one of the addresses. */
export function bansOn(addresses: readonly string[], prefixes: readonly string[]): readonly string[] {
  return prefixes.filter((prefix) => addresses.some((address) => holds(prefix, address)));
}

function holds(prefix: string, address: string): boolean {
  const [network = '', length] = prefix.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(address) === 0) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (length === undefined) list.addAddress(network, type);
  else list.addSubnet(network, Number(length), type);
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
