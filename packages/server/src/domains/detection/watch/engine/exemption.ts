import { BlockList, isIP } from 'node:net';
import { formatPrefix, parsePrefix } from '../../../../platform/prefix.ts';

/** Whether an address is in one of these networks. What is none of them, or no address, is not exempt. */
export function exemptionOf(prefixes: readonly string[]): (address: string) => boolean {
  if (prefixes.length === 0) return () => false;
  const exempt = new BlockList();
  for (const text of prefixes) {
    const prefix = parsePrefix(text);
    if (prefix === null) continue;
    const [address = ''] = formatPrefix(prefix).split('/');
    exempt.addSubnet(address, prefix.length, prefix.family === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && exempt.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}
