import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { takeHead } from './body-head.ts';
import type { Coding } from './content-coding.ts';
import { decoderOf } from './content-coding.ts';
import type { Leak } from './errors/leak.ts';
import { scrubAnswer } from './errors/scrub.ts';
import { answerProblem } from './refusal.ts';
import { headerValue } from './upstream-headers.ts';
import type { HeaderList, HeaderPair } from './upstream-headers.ts';

/** The beginning of an error body that is read for the record. */
const KEPT_BYTES_MAX = 8192;
const DECODED_BYTES_MAX = 65_536;

/** The first bytes of a compressed text, as far as the given piece reaches; a broken piece gives what it gave. */
export function decodeBeginning(bytes: Buffer, coding: Coding | 'identity' | 'unknown'): Promise<Buffer> {
  if (coding === 'identity') return Promise.resolve(bytes);
  if (coding === 'unknown') return Promise.resolve(Buffer.alloc(0));
  const decoder = decoderOf(coding);
  // oxlint-disable-next-line promise/avoid-new -- the stream speaks events only
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const settle = (): void => {
      decoder.destroy();
      resolve(Buffer.concat(chunks));
    };
    decoder.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= DECODED_BYTES_MAX) settle();
    });
    decoder.on('end', settle).on('error', settle).on('close', settle);
    decoder.end(bytes);
  });
}

/** Replaces an answer that tells too much. The visitor gets a clean page with the request id, the operator the scrubbed text. */
export function answerMasked(
  exchange: Exchange,
  status: number,
  found: { readonly text: string; readonly leak: Leak | null },
): void {
  const { record } = exchange;
  record.masked = scrubAnswer(found.text);
  record.problem = 'application-error';
  record.reason ??= found.leak === null ? 'upstream-error' : `leak-${found.leak.kind}-${found.leak.family}`;
  record.outcome = 'failed';
  record.status = status >= 500 ? status : 500;
  answerProblem(exchange, { code: 'application-error', status: record.status, extra: [] });
}

/** Masks a 5xx answer of the upstream; its status stays, its words do not. */
export async function maskServerError(
  exchange: Exchange,
  upstream: {
    readonly status: number;
    readonly headers: HeaderList;
    readonly body: Readable;
    readonly coding: Coding | 'identity' | 'unknown';
  },
): Promise<void> {
  const { record } = exchange;
  const head = await takeHead(upstream.body, KEPT_BYTES_MAX).catch(() => null);
  upstream.body.destroy();
  const text = head === null ? '' : (await decodeBeginning(head.bytes, upstream.coding)).toString('utf8');
  record.masked = scrubAnswer(text);
  record.problem = 'application-error';
  record.reason ??= 'upstream-error';
  record.outcome = 'failed';
  record.status = upstream.status;
  const retryAfter = headerValue(upstream.headers, 'retry-after');
  const extra: HeaderPair[] = retryAfter !== null && /^[\w ,:]{1,40}$/u.test(retryAfter) ? [['retry-after', retryAfter]] : [];
  answerProblem(exchange, { code: 'application-error', status: upstream.status, extra });
}
