import type { CustomFetch } from 'openid-client';
import { isLoopback } from './settings.ts';

/** Descriptions, key sets and tokens are a few kilobytes. */
const ANSWER_BYTES_MAX = 262_144;
/** One request of ours; a page waits for several of them and has ten seconds. */
export const REQUEST_MS = 3000;

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('assertion: the answer of a provider is longer than any is');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Requests to a provider: encrypted, without following redirects, bounded in time and size. Plain HTTP reaches this machine
 * alone, and only where the issuer itself is there: what a description names is somebody else's word (SSRF, CWE-918).
 */
export function boundedFetch(issuer: URL): CustomFetch {
  const mayBePlain = issuer.protocol === 'http:';
  return async (url, { body = null, signal, ...options }) => {
    const target = new URL(url);
    const isAllowed = target.protocol === 'https:' || (mayBePlain && target.protocol === 'http:' && isLoopback(target));
    if (!isAllowed) throw new Error('assertion: a provider is asked over HTTPS, or on this machine');
    const timeout = AbortSignal.timeout(REQUEST_MS);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await fetch(url, { ...options, body, redirect: 'manual', signal: either });
    const read = await readBounded(response);
    // These have none (Fetch §2.2.4); the constructor would throw.
    const hasBody = response.status !== 204 && response.status !== 205 && response.status !== 304;
    return new Response(hasBody ? read : null, { status: response.status, headers: response.headers });
  };
}
