import { gatewayLimitsSchema } from '@holdfast/contract';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate } from './inflate.ts';

const limits = gatewayLimitsSchema.parse({});
const codings = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const;

describe('inflate', () => {
  it.each(codings)('undoes %s and refuses its bomb and its tail', async (coding, compress) => {
    const text = Buffer.from('hello '.repeat(50));
    expect(await inflate(compress(text), coding, limits)).toEqual({ kind: 'ok', bytes: text });
    expect(await inflate(compress(Buffer.alloc(12_000_000)), coding, limits)).toMatchObject({
      kind: 'refused',
      code: 'body-too-large',
    });
    expect(await inflate(Buffer.concat([compress(text), Buffer.from('tail')]), coding, limits)).toMatchObject({
      kind: 'refused',
    });
    expect(await inflate(compress(text).subarray(0, 8), coding, limits)).toMatchObject({ kind: 'refused' });
  });

  it('leaves a plain body alone and holds the ratio below the cap too', async () => {
    const plain = Buffer.from('a');
    expect(await inflate(plain, null, limits)).toEqual({ kind: 'ok', bytes: plain });
    expect(await inflate(gzipSync(Buffer.alloc(5_000_000)), 'gzip', limits)).toMatchObject({ kind: 'refused' });
    expect(await inflate(gzipSync(Buffer.alloc(60_000)), 'gzip', limits)).toMatchObject({ kind: 'ok' });
  });
});
