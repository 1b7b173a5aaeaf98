import { plainAddress } from '../../platform/address.ts';
import type { Exchange } from '../exchange.ts';
import { listFromRight } from '../forwarded-list.ts';
import { assertionHeaders } from '../forward-auth/identity-headers.ts';

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
  'fastly-client-ip',
  'x-client-ip',
  'client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-proxyuser-ip',
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
  'x-remote-user',
  'remote-user',
  'x-request-id',
  'x-original-method',
  'x-original-path',
  'x-override-url',
  'x-original-forwarded-for',
  'x-ssl-client-cert',
  'x-client-cert',
  'x-client-cert-hash',
  'x-client-verify',
  'x-ssl-cert',
  'x-arr-clientcert',
  // RFC 9440.
  'client-cert',
  'client-cert-chain',
  'forwarded-for',
  'x-forward-for',
  'x-clientip',
  'x-true-client-ip',
  'x-true-ip',
  'x-real-port',
  'x-real-host',
  'fly-client-ip',
  'cluster-client-ip',
  'proxy-client-ip',
  'x-custom-ip-authorization',
  'x-wap-network-client-ip',
  'x-http-host-override',
  'x-backend-host',
  'x-proxy-host',
  'x-proxy-url',
  'proxy-host',
  'proxy-url',
  'x-http-destinationurl',
  'x-rewrite-path',
  'x-script-name',
  'remote-addr',
  'remote-groups',
  'remote-email',
  'remote-name',
  'x-auth-user',
  'x-webauth-user',
  'x-authenticated-user',
  'x-verified-user',
  'x-goog-iap-jwt-assertion',
  'x-endpoint-api-userinfo',
  // A framework takes this for its own call and skips its access checks (CVE-2025-29927).
  'x-middleware-subrequest',
  // The application answers with `X-Accel-Redirect` or `X-Sendfile` where a client could have chosen the mapping.
  'x-sendfile-type',
  'x-accel-mapping',
];
const SPOOFABLE_PREFIXES: readonly string[] = [
  'x-forwarded',
  'x-holdfast-',
  'x-pomerium-',
  'x-authelia-',
  'x-oauth2-',
  'x-vouch-',
  'x-envoy-',
  'x-ssl-client-',
  'ssl-client-',
  'x-auth-request-',
  'x-amzn-oidc-',
  'x-appengine-',
  'x-authentik-',
  'x-azure-',
  'x-consumer-',
  'x-goog-authenticated-user-',
  'x-ms-client-principal',
  'x-nf-client-',
  'x-vercel-',
  'cf-',
  'tailscale-user-',
  'wl-proxy-',
];
const DROPPED: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...SPOOFABLE]);

// The same few dozen names come with every request. Bounded, cleared when full.
const KNOWN_MAX = 1024;
const KNOWN_CHARS_MAX = 64;
const known = new Map<string, boolean>();

function isDropped(name: string): boolean {
  const held = known.get(name);
  if (held !== undefined) return held;
  const isSpoofable = DROPPED.has(name) || SPOOFABLE_PREFIXES.some((prefix) => name.startsWith(prefix));
  if (name.length > KNOWN_CHARS_MAX) return isSpoofable;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, isSpoofable);
  return isSpoofable;
}

/**
 * What the body was read by when it was inspected: a client that could take it away here would have the application read the
 * same bytes as something else. RFC 9110 §7.6.1 does not let Connection name them.
 */
const NEVER_NAMED: ReadonlySet<string> = new Set(['content-type', 'content-encoding']);
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set(['keep-alive', 'close', 'upgrade']);

/** The fields that any of the Connection lines names. */
function namedByConnection(exchange: Exchange): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (const [name, value] of exchange.head.headers) {
    if (name !== 'connection') continue;
    const lower = value.toLowerCase();
    if (CONNECTION_OPTIONS.has(lower)) continue;
    for (const token of lower.split(',')) {
      const field = token.trim();
      if (!CONNECTION_OPTIONS.has(field) && !NEVER_NAMED.has(field)) (named ??= new Set()).add(field);
    }
  }
  return named;
}

function forwardedFor(exchange: Exchange): string {
  const peer = plainAddress(exchange.connection.peerAddress);
  if (exchange.clientAddress === peer) return peer;
  // A listed proxy is believed without being counted (`steps/forward-auth.ts`).
  const hops = Math.max(1, exchange.snapshot.source.trustedHops);
  // The client as believed, then the trusted proxies it came through; what stands left of them is the client's own claim.
  const trusted = listFromRight(exchange.head, 'x-forwarded-for').slice(-hops).slice(1);
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
  for (const [name, value] of assertionHeaders(exchange)) headers.push(name, value);
  if (body.kind === 'stream' && body.lengthBytes !== null) headers.push('content-length', String(body.lengthBytes));
  return headers;
}
