import { ANSWERED, ON } from '../exchange.ts';
import type { Exchange, RequestHead, Step, StepResult } from '../exchange.ts';
import { prefersJson } from '../response/client-taste.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';
import { originOf } from '../sessions/origin.ts';

const SIGN_IN_PATH = '/.holdfast/login';
/** Where a sign-in leads back to; what is longer leads to the front page. */
const NEXT_CHARS_MAX = 2048;

/** Whether this visitor may come in at all. Break-glass is for attack rules, bans and rates: it opens no closed door. */
export const authorise: Step = {
  name: 'authorise',
  onFailure: 'block',
  run(exchange) {
    const { application, session, account, head } = exchange;
    if (application === null || application.login.mode === 'off') return ON;
    // A program has no second factor; its account says which applications it may call.
    if (account !== null) return ON;
    // A session from before two factors were asked for names nobody any more (ASVS 5.0 6.3.3).
    if (application.login.mfa && session?.acr !== 'aal2') exchange.session = null;
    if (exchange.session !== null || application.login.mode === 'optional') return ON;
    if (exchange.upgrade === undefined && isNavigation(head)) return toSignIn(exchange);
    return { kind: 'refused', code: 'sign-in-required', reason: 'sign-in-required' };
  },
};

/** A person who waits for a page, and not a program that waits for data. */
function isNavigation(head: RequestHead): boolean {
  for (const [name, value] of head.headers) if (name === 'sec-fetch-mode') return value === 'navigate';
  return !prefersJson(head);
}

function toSignIn(exchange: Exchange): StepResult {
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
  record.reason = 'sign-in-required';
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
