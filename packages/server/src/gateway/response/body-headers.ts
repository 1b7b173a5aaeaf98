import type { HeaderPair } from './upstream-headers.ts';

export interface BodyFacts {
  /** `upstream`: the body passes as it came; `none`: its length is not known; a number: this many bytes. */
  readonly length: 'upstream' | 'none' | number;
  /** Coding of a rewritten body; null = as it came or identity. */
  readonly coding: 'br' | 'gzip' | null;
  /** The body goes out with other bytes than it came with. */
  readonly isRewritten: boolean;
  /** It came compressed, so what the client accepts has shaped the answer. */
  readonly wasCompressed: boolean;
}

/** Fields that describe the exact bytes of the upstream's body. */
const OF_THE_BYTES: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'repr-digest',
]);

/** RFC 9110 §8.8.1: the same meaning in other bytes. */
const weak = (etag: string): string => (etag.startsWith('W/') ? etag : `W/${etag}`);

function forRewritten(upstream: readonly HeaderPair[], { coding, wasCompressed }: BodyFacts): HeaderPair[] {
  const headers: HeaderPair[] = [];
  const vary: string[] = [];
  for (const pair of upstream) {
    const [name, value] = pair;
    if (OF_THE_BYTES.has(name)) continue;
    if (name === 'vary') vary.push(value);
    else headers.push(name === 'etag' ? [name, weak(value)] : pair);
  }
  if (wasCompressed && !vary.some((value) => /accept-encoding|\*/iu.test(value))) vary.push('Accept-Encoding');
  // Whether it is compressed again depends on who asks; see `isAskedFromOwnPage`.
  if (wasCompressed) vary.push('Sec-Fetch-Site');
  if (vary.length > 0) headers.push(['vary', vary.join(', ')]);
  if (coding !== null) headers.push(['content-encoding', coding]);
  return headers;
}

/** The hardened header made to fit the body that really goes out. */
export function bodyHeaders(upstream: readonly HeaderPair[], facts: BodyFacts): HeaderPair[] {
  const { length } = facts;
  const headers = facts.isRewritten
    ? forRewritten(upstream, facts)
    : upstream.filter(([name]) => name !== 'content-length' || length === 'upstream');
  if (typeof length === 'number') headers.push(['content-length', String(length)]);
  return headers;
}
