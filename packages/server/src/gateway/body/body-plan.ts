import type { Exchange, Refused } from '../exchange.ts';
import { isFileType } from './file-type.ts';

/** How the body of a request is to be taken, decided from its head alone. */
export type BodyPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'buffer'; readonly bytesMax: number; readonly mayStream: boolean; readonly encoding: string | null }
  | { readonly kind: 'stream'; readonly lengthBytes: number }
  | Refused;

const ENCODINGS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd']);

const tooLarge = (reason: string): Refused => ({ kind: 'refused', code: 'body-too-large', reason, closeConnection: true });

interface Facts {
  lengthBytes: number | null;
  hasBody: boolean;
  type: string;
  encoding: string | null;
}

function readFacts(exchange: Exchange): Facts {
  const facts: Facts = { lengthBytes: null, hasBody: false, type: '', encoding: null };
  for (const [name, value] of exchange.head.headers) {
    if (name === 'content-length') facts.lengthBytes = Number(value);
    else if (name === 'transfer-encoding') facts.hasBody = true;
    else if (name === 'content-type') facts.type = value.toLowerCase();
    else if (name === 'content-encoding') facts.encoding = value.trim().toLowerCase();
  }
  if (facts.encoding === '' || facts.encoding === 'identity') facts.encoding = null;
  if (facts.lengthBytes !== null) facts.hasBody = facts.lengthBytes > 0;
  // HTTP/2 needs no length: the stream itself says whether DATA follows (RFC 9113 §8.1).
  else if ('stream' in exchange.incoming) facts.hasBody = !exchange.incoming.stream.endAfterHeaders;
  return facts;
}

const isUpload = (type: string): boolean => type.startsWith('multipart/form-data') || isFileType(type);

export function bodyPlan(exchange: Exchange): BodyPlan {
  const { lengthBytes, hasBody, type, encoding } = readFacts(exchange);
  if (!hasBody || exchange.application === null) return { kind: 'none' };
  // One coding at most: `gzip, gzip` is an old way past inspection, and nobody honest sends it.
  if (encoding !== null && !ENCODINGS.has(encoding))
    return { kind: 'refused', code: 'encoding-unsupported', reason: 'content-encoding', closeConnection: true };
  const { inspectBytesMax, uploadBytesMax } = exchange.application.body;
  const mayStream = isUpload(type) && encoding === null && uploadBytesMax > inspectBytesMax;
  if (lengthBytes !== null && lengthBytes > inspectBytesMax) {
    if (!mayStream) return tooLarge('body-bytes');
    return lengthBytes > uploadBytesMax ? tooLarge('upload-bytes') : { kind: 'stream', lengthBytes };
  }
  return { kind: 'buffer', bytesMax: inspectBytesMax, mayStream, encoding };
}
