import { ANSWERED } from '../exchange.ts';
import type { Exchange, RequestHead, StepResult } from '../exchange.ts';
import { prefersJson } from '../response/client-taste.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';
import { originOf } from './origin.ts';

const SIGN_IN_PATH = '/.holdfast/login';
/** Where a sign-in leads back to; what is longer leads to the front page. */
const NEXT_CHARS_MAX = 2048;

/** Who waits for a page is led to the sign-in; a program that waits for data is told that one is needed. */
export function askToSignIn(exchange: Exchange, reason: string): StepResult {
  if (exchange.upgrade === undefined && isNavigation(exchange.head)) return toSignIn(exchange, reason);
  return { kind: 'refused', code: 'sign-in-required', reason };
}

/** A person who waits for a page, and not a program that waits for data. */
function isNavigation(head: RequestHead): boolean {
  for (const [name, value] of head.headers) if (name === 'sec-fetch-mode') return value === 'navigate';
  return !prefersJson(head);
}

function toSignIn(exchange: Exchange, reason: string): StepResult {
  const { head, record, id } = exchange;
  const isGet = head.method === 'GET' || head.method === 'HEAD';
  const here = head.query === '' ? head.path : `${head.path}?${head.query}`;
  const next = isGet && here.length <= NEXT_CHARS_MAX ? `?next=${encodeURIComponent(here)}` : '';
  // RFC 9110 §15.4.4: after a form the next request is a GET, whatever the form was.
  const redirect = isGet ? 302 : 303;
  // nginx knows 2xx, 401 and 403 from whom it asks; where to go its administrator reads from the header.
  const status = exchange.forwardAuth === 'nginx' ? 401 : redirect;
  // Traefik resolves a relative place against our own address.
  const origin = exchange.forwardAuth === null ? '' : originOf(exchange);
  record.status = status;
  record.outcome = 'refused';
  record.reason = reason;
  writeHead(exchange, status, [
    ['location', `${origin}${SIGN_IN_PATH}${next}`],
    ['cache-control', 'no-store'],
    ['content-length', '0'],
    ['referrer-policy', 'same-origin'],
    ['x-content-type-options', 'nosniff'],
    ['x-request-id', id],
  ]);
  outgoingOf(exchange).end();
  return ANSWERED;
}
