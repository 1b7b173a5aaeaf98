import { BlockList, isIP } from 'node:net';

/** Shape of `HOST:PORT`; the port is judged by {@link parseListen}. */
export const listenPattern = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/u;

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8443`, `[::1]:8443`, `localhost:0`. Null when it is none; port 0 asks the system for a free one. */
export function parseListen(text: string): ListenAddress | null {
  if (text.length > 300 || !listenPattern.test(text)) return null;
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (port > 65_535) return null;
  const host = text.slice(0, colon).replace(/^\[|\]$/gu, '');
  if (text.startsWith('[') && isIP(host) !== 6) return null;
  return { host, port };
}

export const isListen = (text: string): boolean => parseListen(text) !== null;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** RFC 1918, RFC 4193, link local, and carrier-grade NAT as used by overlay networks (RFC 6598). */
const privateNets = new BlockList();
privateNets.addSubnet('10.0.0.0', 8, 'ipv4');
privateNets.addSubnet('172.16.0.0', 12, 'ipv4');
privateNets.addSubnet('192.168.0.0', 16, 'ipv4');
privateNets.addSubnet('100.64.0.0', 10, 'ipv4');
privateNets.addSubnet('169.254.0.0', 16, 'ipv4');
privateNets.addSubnet('fc00::', 7, 'ipv6');
privateNets.addSubnet('fe80::', 10, 'ipv6');

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

export function isLoopbackListen(text: string): boolean {
  const address = parseListen(text);
  return address !== null && (address.host === 'localhost' || isIn(loopback, address.host));
}

/** Loopback or private. A host name is refused: what it resolves to can change. */
export function isPrivateListen(text: string): boolean {
  const address = parseListen(text);
  return address !== null && (isLoopbackListen(text) || isIn(privateNets, address.host));
}
