import type { Exchange } from '../exchange.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** RFC 9110 §9.2.1: such a request asks for nothing but an answer. */
export const isSafeMethod = (method: string): boolean => SAFE_METHODS.has(method);

function headerOf({ head }: Exchange, name: string): string | null {
  for (const pair of head.headers) if (pair[0] === name) return pair[1];
  return null;
}

/**
 * Whether a page of this very origin made the request. Browsers write Sec-Fetch-Site and no page can (Fetch Metadata §5);
 * older ones write Origin, and the oldest Referer. A request that carries none of them proves nothing.
 */
export function isSameOrigin(exchange: Exchange): boolean {
  const site = headerOf(exchange, 'sec-fetch-site');
  if (site === 'same-origin') return true;
  // `none`, the person at the address bar: what was sent before may be sent again, if it says where it was sent from.
  if (site !== null && site !== 'none') return false;
  const origin = headerOf(exchange, 'origin');
  if (origin !== null) return isOwnOrigin(exchange, origin);
  const referer = headerOf(exchange, 'referer');
  return site === null && referer !== null && isOwnOrigin(exchange, URL.parse(referer)?.origin ?? '');
}

function isOwnOrigin({ head, connection }: Exchange, origin: string): boolean {
  const authority = head.authority.toLowerCase();
  const lower = origin.toLowerCase();
  // Behind a TLS terminator that we were not told of, the client's side is HTTPS although ours is not.
  return lower === `https://${authority}` || (!connection.secure && lower === `http://${authority}`);
}
