import { canonicalPath } from '@holdfast/inspect';
import { parseAddress, plainAddress } from '../../platform/address.ts';
import type { ProxyFamily, RequestHead } from '../exchange.ts';
import { listFromRight } from '../forwarded-list.ts';
import { METHODS } from '../front-gate/front-gate-methods.ts';
import { parseAuthority, parseTarget } from '../front-gate/front-gate-target.ts';
import type { Target } from '../front-gate/front-gate-target.ts';

/** The request that a proxy asks about, as that proxy tells it. */
export interface AskedRequest {
  readonly kind: 'ok';
  readonly head: RequestHead;
  readonly clientAddress: string;
  readonly secure: boolean;
}

/** Why it cannot be read; for the record only. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
}

interface Told {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly target: Target;
}

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['https', ':443'],
  ['http', ':80'],
]);
const SCHEME = /^(https?):\/\//iu;
/** Of the question itself and not of the request it is about: framing, and whatever the proxy or a client said of the way here. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-encoding',
  'via',
  'forwarded',
  'x-real-ip',
]);
const NOT_ASKED_PREFIXES: readonly string[] = ['x-forwarded-', 'x-original-'];

const unreadable = (reason: string): Unreadable => ({ kind: 'unreadable', reason: `forward-auth-${reason}` });

/** The value of a field that stands exactly once: of two nobody can say which one the proxy wrote. */
function only({ headers }: RequestHead, name: string): string | null {
  let value: string | null = null;
  for (const [held, text] of headers) {
    if (held !== name) continue;
    if (value !== null) return null;
    value = text;
  }
  return value;
}

/**
 * Reads what the proxy says with the headers of its own family and no others: a header that another family would write is
 * one that a client can write here (CVE-2025-64484, CVE-2026-40575).
 */
export function readAsked(question: RequestHead, family: ProxyFamily, hops: number): AskedRequest | Unreadable {
  const told = family === 'nginx' ? toldByNginx(question) : toldByForwarded(question);
  if (told === null) return unreadable('headers');
  const { method, scheme, target } = told;
  if (!METHODS.has(method)) return unreadable('method');
  if (!DEFAULT_PORTS.has(scheme)) return unreadable('scheme');
  const authority = parseAuthority(withoutDefaultPort(told.authority, scheme));
  if (authority === null) return unreadable('host');
  const path = canonicalPath(target.path);
  if (path.kind === 'refused') return unreadable(`path-${path.reason}`);
  // The application gets the path as it is written here, from the proxy: a decision about another reading of it is none.
  if (path.path.split('/').length !== target.path.split('/').length) return unreadable('path-rewritten');
  const address = listFromRight(question, 'x-forwarded-for').at(-Math.max(1, hops));
  if (address === undefined || parseAddress(address, scratch) === 0) return unreadable('address');
  const raw = target.query === '' ? target.path : `${target.path}?${target.query}`;
  return {
    kind: 'ok',
    clientAddress: plainAddress(address),
    secure: scheme === 'https',
    head: { method, target: raw, path: path.path, query: target.query, ...authority, headers: headersOf(question) },
  };
}

const scratch = new Uint32Array(4);

/** nginx writes nothing by itself: its administrator sets one whole address and the method. */
function toldByNginx(question: RequestHead): Told | null {
  const url = only(question, 'x-original-url');
  const method = only(question, 'x-original-method');
  const scheme = url === null ? undefined : SCHEME.exec(url)?.[1];
  if (url === null || method === null || scheme === undefined) return null;
  const target = parseTarget(url);
  const authority = target?.authority ?? null;
  return target === null || authority === null ? null : { method, scheme: scheme.toLowerCase(), authority, target };
}

/** Caddy and Traefik write these themselves, over whatever a client sent. */
function toldByForwarded(question: RequestHead): Told | null {
  const method = only(question, 'x-forwarded-method');
  const scheme = only(question, 'x-forwarded-proto');
  const authority = only(question, 'x-forwarded-host');
  const uri = only(question, 'x-forwarded-uri');
  if (method === null || scheme === null || authority === null || uri === null) return null;
  // Origin form only: an absolute one would name a second host.
  const target = uri.startsWith('/') ? parseTarget(uri) : null;
  return target === null ? null : { method, scheme: asScheme(scheme.toLowerCase()), authority, target };
}

/** Traefik names the scheme of a WebSocket after it. */
function asScheme(proto: string): string {
  if (proto === 'wss') return 'https';
  return proto === 'ws' ? 'http' : proto;
}

/** Browsers leave the default port out, in `Host` and in `Origin`; what is compared with them has to do the same. */
function withoutDefaultPort(authority: string, scheme: string): string {
  const port = DEFAULT_PORTS.get(scheme);
  return port !== undefined && authority.endsWith(port) ? authority.slice(0, -port.length) : authority;
}

function headersOf({ headers }: RequestHead): RequestHead['headers'] {
  return headers.filter(([name]) => !NOT_ASKED.has(name) && !NOT_ASKED_PREFIXES.some((prefix) => name.startsWith(prefix)));
}
