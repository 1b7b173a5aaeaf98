import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { ShopError } from './shop-error.ts';

// The shop runs commands for whoever asks, so it must be reachable from this machine only, and not from a web page that a
// browser on this machine happens to visit. The three checks in this file are its only real defences.
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

// RFC 2606 and RFC 6761 reserve these, so no attacker can own one: a page cannot rebind such a name to 127.0.0.1.
const reservedSuffixes = ['localhost', 'test', 'example', 'invalid', 'example.com', 'example.net', 'example.org'];

function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, 'ipv4');
  return isIPv6(address) && loopback.check(address, 'ipv6');
}

/** The address to bind, or a refusal: `localhost` is taken as 127.0.0.1 because a hosts file could point it elsewhere. */
export function requireLoopback(host: string): string {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  if (isLoopbackAddress(address)) return address;
  throw new ShopError(
    'host-not-loopback',
    `The demo shop is vulnerable on purpose and refuses to listen on "${host.slice(0, 80)}". ` +
      'Use 127.0.0.1 or ::1, and put Holdfast in front of it.',
  );
}

function isLocalName(hostHeader: string, allowed: ReadonlySet<string>): boolean {
  const name = hostHeader.replace(/:\d{1,5}$/, '').toLowerCase();
  if (allowed.has(name)) return true;
  if (isLoopbackAddress(name.replace(/^\[|\]$/g, ''))) return true;
  return reservedSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Refuses what a hostile page could make a visitor's browser send to the shop (DNS rebinding, drive-by requests). */
export function admit(request: IncomingMessage, allowedHosts: ReadonlySet<string>): void {
  if (!isLocalName(request.headers.host ?? '', allowedHosts)) {
    throw new ShopError('host-unknown', 'The demo shop answers to loopback and reserved names only (see --allow-host).');
  }
  if (request.headers['sec-fetch-site'] !== 'cross-site') return;
  // A plain link from another site stays usable: without a query or a body no planted flaw can be reached.
  const isPlainLink = (request.method === 'GET' || request.method === 'HEAD') && request.url?.includes('?') === false;
  if (!isPlainLink)
    throw new ShopError('cross-site', 'Another web site asked for this, and the demo shop is vulnerable: refused.');
}
