import type { GatewayLimits } from '@holdfast/contract';
import { brotliDecompress, gunzip, inflate as inflateZlib, zstdDecompress } from 'node:zlib';
import type { Refused } from '../exchange.ts';

export type Inflated = { readonly kind: 'ok'; readonly bytes: Uint8Array } | Refused;

/** Below this no ratio is a bomb: a form of zeros may honestly shrink a thousandfold. */
const RATIO_FREE_BYTES = 65_536;

type Decompress = (
  input: Uint8Array,
  options: { maxOutputLength: number; info: true },
  done: (error: NodeJS.ErrnoException | null, result: unknown) => void,
) => void;

// The four have one shape when `info` is set, which the published types do not tell.
const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // RFC 9110 §8.4.1.2: `deflate` is the zlib format; raw deflate streams are refused as unreadable.
  ['deflate', inflateZlib],
  ['br', brotliDecompress],
  ['zstd', zstdDecompress],
]);

const refused = (code: Refused['code'], reason: string): Refused => ({ kind: 'refused', code, reason, closeConnection: true });

/** Undoes the content coding for inspection, within a cap and a ratio. The original bytes are what is forwarded. */
export function inflate(bytes: Uint8Array, encoding: string | null, limits: GatewayLimits): Promise<Inflated> | Inflated {
  if (encoding === null || bytes.length === 0) return { kind: 'ok', bytes };
  const decompress = DECOMPRESS.get(encoding);
  if (decompress === undefined) return refused('encoding-unsupported', 'content-encoding');
  const allowed = Math.max(RATIO_FREE_BYTES, bytes.length * limits.inflateRatioMax);
  const maxOutputLength = Math.min(limits.inflatedBytesMax, allowed);
  // oxlint-disable-next-line promise/avoid-new -- the callback form alone tells how much input was used
  return new Promise((resolve) => {
    decompress(bytes, { maxOutputLength, info: true }, (error, result) => {
      if (error !== null)
        resolve(
          error.code === 'ERR_BUFFER_TOO_LARGE'
            ? refused('body-too-large', 'inflate-bomb')
            : refused('request-malformed', 'inflate-broken'),
        );
      else resolve(checkWhole(result, bytes.length));
    });
  });
}

/** Bytes behind the end of the stream would be read by another decoder and not by ours. */
function checkWhole(result: unknown, inputBytes: number): Inflated {
  // The documented result of `info: true`.
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return engine.bytesWritten === inputBytes ? { kind: 'ok', bytes: buffer } : refused('request-ambiguous', 'inflate-trailing');
}
