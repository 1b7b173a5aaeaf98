import { Transform } from 'node:stream';
import type { Duplex } from 'node:stream';
import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** Up to here any ratio is fine; beyond it more than 100:1 is a bomb. The stream itself never holds more than a chunk. */
const DECODED_BYTES_FREE = 10_485_760;
const DECODED_RATIO_MAX = 100;
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 4;

/** `identity`, one coding we can undo, or `unknown` (an exotic or repeated coding, which passes as it is). */
export function codingOf(contentEncoding: string | null): Coding | 'identity' | 'unknown' {
  switch (contentEncoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return 'identity';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    case 'br':
      return 'br';
    case 'zstd':
      return 'zstd';
    default:
      return 'unknown';
  }
}

export function decoderOf(coding: Coding): Duplex {
  switch (coding) {
    case 'gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return coding satisfies never;
  }
}

export class ExpandsTooFar extends Error {}

/** Two taps, before and behind a decoder, that end a stream which expands like a bomb. */
export function bombGuard(): { readonly before: Transform; readonly behind: Transform } {
  let taken = 0;
  let given = 0;
  const before = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      taken += chunk.byteLength;
      done(null, chunk);
    },
  });
  const behind = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      given += chunk.byteLength;
      if (given > DECODED_BYTES_FREE && given > taken * DECODED_RATIO_MAX) done(new ExpandsTooFar('response expands too far'));
      else done(null, chunk);
    },
  });
  return { before, behind };
}

/** The coding to compress a rewritten page with again, by what the client takes (RFC 9110 §12.5.3). */
export function clientCoding(acceptEncoding: string): 'br' | 'gzip' | null {
  const refused = /;\s*q=0(?:\.0{0,3})?\s*$/u;
  const taken = new Set<string>();
  for (const part of acceptEncoding.slice(0, 512).toLowerCase().split(',')) {
    if (!refused.test(part)) taken.add(part.split(';', 1)[0]?.trim() ?? '');
  }
  if (taken.has('br')) return 'br';
  return taken.has('gzip') ? 'gzip' : null;
}

/** Flushes at every chunk, so that a page that comes in pieces still arrives in pieces. */
export function encoderOf(coding: 'br' | 'gzip'): Duplex {
  return coding === 'br'
    ? createBrotliCompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
      })
    : createGzip({ flush: constants.Z_SYNC_FLUSH, level: GZIP_LEVEL });
}
