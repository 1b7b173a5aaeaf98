import { problemDocument, PROBLEMS } from '@holdfast/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { blockPage } from '../response/block-page.ts';
import { prefersJson } from '../response/client-taste.ts';
import { PAGE_POLICY } from '../response/refusal.ts';

const CODE = 'keyring-sealed';
/** People unseal: a client that asks each second helps nobody. */
const RETRY_AFTER_SECONDS = 30;

export interface SealedAnswer {
  readonly id: string;
  readonly timeMs: number;
  readonly contact: string | null;
}

/** The same for every method, path and host: without keys nothing is known of any of them. The body is not read. */
export function answerSealed(incoming: IncomingMessage, outgoing: ServerResponse, { id, timeMs, contact }: SealedAnswer): void {
  const { status } = PROBLEMS[CODE];
  const page = prefersJson({ headers: headersOf(incoming) }) ? null : blockPage(CODE, status, { id, timeMs, contact });
  const bytes = Buffer.from(page?.html ?? JSON.stringify(problemDocument(CODE, id)), 'utf8');
  outgoing.writeHead(status, {
    'content-type': page === null ? 'application/problem+json' : 'text/html; charset=utf-8',
    'content-length': String(bytes.byteLength),
    'content-security-policy': PAGE_POLICY(page?.styleHash ?? 'none'),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'retry-after': String(RETRY_AFTER_SECONDS),
    'x-request-id': id,
    connection: 'close',
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
}

function headersOf({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
  return headers;
}
