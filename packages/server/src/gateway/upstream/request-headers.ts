import { plainAddress } from '../address.ts';
import type { Exchange } from '../exchange.ts';

/** RFC 9110 §7.6.1 and what framing we make anew. */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Headers that applications and frameworks believe because only a proxy is supposed to write them: client address, scheme,
 * host, other method or path, authenticated user. From a client each is a lie; ours are added afterwards.
 */
const SPOOFABLE: readonly string[] = [
  'forwarded',
  'via',
  'proxy',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'fastly-client-ip',
  'x-client-ip',
  'client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-proxyuser-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
  'x-envoy-external-address',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-url-scheme',
  'x-scheme',
  'front-end-https',
  'x-arr-ssl',
  'x-forwarded',
  'x-remote-user',
  'remote-user',
  'x-request-id',
  'x-original-method',
  'x-original-path',
  'x-override-url',
  'x-original-forwarded-for',
  'x-ssl-client-cert',
  'x-client-cert',
];
const SPOOFABLE_PREFIXES: readonly string[] = [
  'x-forwarded-',
  'x-holdfast-',
  'x-envoy-',
  'x-ssl-client-',
  'ssl-client-',
  'x-auth-request-',
];
const DROPPED: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...SPOOFABLE]);

function isDropped(name: string): boolean {
  if (DROPPED.has(name)) return true;
  const first = name.charCodeAt(0);
  // Every prefix begins with `x` or `s`; most header names do not.
  if (first !== 0x78 && first !== 0x73) return false;
  return SPOOFABLE_PREFIXES.some((prefix) => name.startsWith(prefix));
}

function namedByConnection(exchange: Exchange): ReadonlySet<string> | null {
  for (const [name, value] of exchange.head.headers) {
    if (name !== 'connection' || value.length < 6) continue;
    const tokens = value
      .toLowerCase()
      .split(',', 64)
      .map((token) => token.trim());
    const named = tokens.filter((token) => token !== 'keep-alive' && token !== 'close' && token !== 'upgrade');
    if (named.length > 0) return new Set(named);
  }
  return null;
}

function forwardedFor(exchange: Exchange): string {
  const peer = plainAddress(exchange.connection.peerAddress);
  const hops = exchange.snapshot.source.trustedHops;
  if (hops === 0 || exchange.clientAddress === peer) return peer;
  const header = exchange.head.headers.find(([name]) => name === 'x-forwarded-for')?.[1] ?? '';
  // The client as believed, then the trusted proxies it came through; what stands left of them is the client's own claim.
  const trusted = header
    .split(',', 64)
    .map((part) => part.trim())
    .slice(-hops)
    .slice(1);
  return [exchange.clientAddress, ...trusted, peer].join(', ');
}

/** The header block for the application, flat as undici takes it: checked, without what clients must not say, ours last. */
export function upstreamHeaders(exchange: Exchange): string[] {
  const { head, connection, id, body } = exchange;
  const named = namedByConnection(exchange);
  const headers: string[] = ['host', head.authority];
  for (const [name, value] of head.headers) {
    if (isDropped(name) || named?.has(name) === true) continue;
    headers.push(name, value);
  }
  const colon = head.authority.lastIndexOf(':');
  const hasPort = colon > 0 && !head.authority.endsWith(']');
  headers.push('x-forwarded-for', forwardedFor(exchange), 'x-forwarded-proto', connection.secure ? 'https' : 'http');
  headers.push('x-forwarded-host', head.authority);
  headers.push('x-forwarded-port', hasPort ? head.authority.slice(colon + 1) : connection.secure ? '443' : '80');
  headers.push('x-request-id', id);
  if (body.kind === 'stream' && body.lengthBytes !== null) headers.push('content-length', String(body.lengthBytes));
  return headers;
}
