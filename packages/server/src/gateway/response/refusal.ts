import { PROBLEMS, problemDocument } from '@holdfast/contract';
import type { ProblemCode } from '@holdfast/contract';
import type { Exchange, Refused, RefusedFile } from '../exchange.ts';
import { blockPage } from './block-page.ts';
import { ownErrorPage } from './errors/own-error-page.ts';
import type { OwnErrorPage } from './errors/own-error-page.ts';
import { prefersJson } from './client-taste.ts';
import type { HeaderPair } from './upstream-headers.ts';
import { isGone, outgoingOf, writeHead } from './write-head.ts';

// The page needs one style element and nothing else; its hash is the only source allowed.
export const PAGE_POLICY = (styleHash: string): string =>
  `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface PlainAnswer {
  readonly code: ProblemCode;
  readonly status: number;
  readonly extra: readonly HeaderPair[];
  readonly files?: readonly RefusedFile[] | undefined;
  readonly errors?: Refused['errors'];
}

/** Whoever reads JSON, and whoever asks where the operator says that programs do. */
function isForProgram({ head, application }: Exchange): boolean {
  const paths = application?.errors.jsonPaths ?? [];
  return paths.some((begin) => head.path.startsWith(begin)) || prefersJson(head);
}

function pageFor({ id, application, startedAtMs, snapshot }: Exchange, { code, status }: PlainAnswer): OwnErrorPage {
  const facts = { code, status, id, timeMs: startedAtMs, contact: snapshot.source.contact };
  const own = ownErrorPage(application, facts);
  if (own !== null) return own;
  const { html, styleHash } = blockPage(code, status, facts);
  return { html, policy: PAGE_POLICY(styleHash) };
}

/** Answers by ourselves: block page or problem document, never cached, with the request id and nothing of the reason. */
export function answerProblem(exchange: Exchange, answer: PlainAnswer): void {
  const { id } = exchange;
  const outgoing = outgoingOf(exchange);
  const page = isForProgram(exchange) ? null : pageFor(exchange, answer);
  const document = { ...problemDocument(answer.code, id, answer.errors), status: answer.status, files: answer.files };
  const body = page?.html ?? JSON.stringify(document);
  const bytes = Buffer.from(body, 'utf8');
  writeHead(exchange, answer.status, [
    ['content-type', page === null ? 'application/problem+json' : 'text/html; charset=utf-8'],
    ['content-length', String(bytes.byteLength)],
    ['content-security-policy', page?.policy ?? PAGE_POLICY('none')],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['x-request-id', id],
    ...answer.extra,
  ]);
  exchange.record.responseBytes += bytes.byteLength;
  // HEAD carries the header of what GET would have answered, without the body (RFC 9110 §9.3.2).
  if (exchange.head.method === 'HEAD') outgoing.end();
  else outgoing.end(bytes);
}

/** nginx takes anything but 401 and 403 of whom it asks for a failure, and answers 500 (`auth_request`). */
function statusFor({ forwardAuth }: Exchange, { code }: Refused): number {
  const { status } = PROBLEMS[code];
  return forwardAuth === 'nginx' && status !== 401 ? 403 : status;
}

/** Writes a refusal; a response that has begun cannot be taken back, so it is cut off instead. */
export function refuse(exchange: Exchange, refused: Refused): void {
  const { record } = exchange;
  const outgoing = outgoingOf(exchange);
  const status = statusFor(exchange, refused);
  record.problem = refused.code;
  record.reason ??= refused.reason;
  if (outgoing.headersSent || isGone(exchange)) {
    outgoing.destroy();
    return;
  }
  record.status = status;
  const extra: HeaderPair[] = [];
  if (refused.retryAfterSeconds !== undefined)
    extra.push(['retry-after', String(Math.max(1, Math.ceil(refused.retryAfterSeconds)))]);
  // RFC 9110 §15.5.2: a 401 says how to do better; ours is a page, for which no scheme is registered.
  if (refused.code === 'sign-in-required') extra.push(['www-authenticate', 'Holdfast']);
  if (refused.code === 'token-refused') extra.push(['www-authenticate', 'Bearer realm="holdfast", error="invalid_token"']);
  // RFC 9113 §8.2.2: no Connection field in HTTP/2, where GOAWAY does this.
  if (refused.closeConnection === true && exchange.connection.protocol !== 'h2') extra.push(['connection', 'close']);
  answerProblem(exchange, { code: refused.code, status, extra, files: refused.files, errors: refused.errors });
}
