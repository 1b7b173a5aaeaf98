import type { BodyPieces } from '../../exchange.ts';
import { FORBIDDEN } from '../../response/upstream-headers.ts';

export interface LineRequest {
  readonly method: string;
  /** Origin form. */
  readonly path: string;
  /** Flat: name, value, name, value; without framing and Connection. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | BodyPieces | null;
}

/** RFC 9110 §8.6: with these methods a server waits for content, so that there is none has to be said. */
const EXPECTS_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** The head of a request as Latin-1 text. Every part of it has passed the front gate; it is looked at again where it is written. */
export function requestText({ method, path, headers, body }: LineRequest): string {
  assertPlain(path);
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const value = headers[at + 1]!;
    assertPlain(value);
    text += `${headers[at]}: ${value}\r\n`;
  }
  if (body !== null) text += `content-length: ${'next' in body ? body.lengthBytes : body.length}\r\n`;
  else if (EXPECTS_CONTENT.has(method)) text += 'content-length: 0\r\n';
  return `${text}connection: keep-alive\r\n\r\n`;
}

function assertPlain(value: string): void {
  if (FORBIDDEN.test(value)) throw new Error('assertion: a control character would split the request');
}
