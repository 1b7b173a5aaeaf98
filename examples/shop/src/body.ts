import type { IncomingMessage } from 'node:http';
import { limits } from './limits.ts';
import { ShopError } from './shop-error.ts';

export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left open on refusal, so that the 413 still reaches the sender.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    // A request without setEncoding yields Buffers only; the stream type says `any`.
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > bytesMax) throw new ShopError('body-too-large', `The body is larger than ${bytesMax} bytes.`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new ShopError('body-type-unsupported', 'This form is sent as application/x-www-form-urlencoded.');
  }
  const body = await readBody(request, limits.formBytesMax);
  return new URLSearchParams(body.toString('utf8'));
}

/** A field cut to its limit rather than refused: a visitor's long comment should not be lost. */
export function formField(form: URLSearchParams, name: string, charsMax: number): string {
  return (form.get(name) ?? '').slice(0, charsMax);
}
