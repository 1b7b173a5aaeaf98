import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Exchange, StepResult } from '../exchange.ts';
import { clientCoding } from '../response/content-coding.ts';
import { sendOwn } from './send-own.ts';

const FILE = new URL('../../../../browser/dist/validate.js', import.meta.url);
const FRESH_SECONDS = 300;

interface Script {
  readonly tag: string;
  readonly bodies: Readonly<Record<'br' | 'gzip' | 'identity', Uint8Array>>;
}
let read: Script | null = null;

/** Read and packed at its first request, then the same few kilobytes for everybody. Null = it was not built. */
function script(): Script | null {
  if (read !== null) return read;
  try {
    const bytes = readFileSync(FILE);
    const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    read = { tag, bodies: { br: brotliCompressSync(bytes), gzip: gzipSync(bytes, { level: 9 }), identity: bytes } };
    return read;
  } catch {
    return null;
  }
}

/** `/.holdfast/validate.js`: the check for pages, the same for every application. */
export function answerPageScript(exchange: Exchange): StepResult {
  const { head } = exchange;
  if (head.method !== 'GET' && head.method !== 'HEAD')
    return { kind: 'refused', code: 'method-refused', reason: 'page-script-method' };
  const found = script();
  if (found === null) return { kind: 'refused', code: 'not-found', reason: 'page-script-missing' };
  const accept = head.headers.find(([name]) => name === 'accept-encoding')?.[1] ?? '';
  const coding = clientCoding(accept) ?? 'identity';
  return sendOwn(exchange, {
    status: 200,
    type: 'text/javascript; charset=utf-8',
    // Each form of it is another representation (RFC 9110 §8.8.3.3).
    tag: `"${found.tag}-${coding}"`,
    headers: [
      ['cache-control', `public, max-age=${FRESH_SECONDS}`],
      ['vary', 'accept-encoding'],
      ...(coding === 'identity' ? [] : [['content-encoding', coding] as const]),
    ],
    bytes: found.bodies[coding],
  });
}
