import { PROBLEMS, problemDocument } from '@holdfast/contract';
import type { ProblemCode } from '@holdfast/contract';
import { STATUS_CODES } from 'node:http';

/** An answer on a connection that has no response object: the parser never came that far. Always the last one there. */
export function rawAnswer(code: ProblemCode, requestId: string): Buffer {
  const { status } = PROBLEMS[code];
  const body = JSON.stringify(problemDocument(code, requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
