import type { Exchange, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import type { HeaderPair } from '../response/upstream-headers.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';

const CHANGE_PASSWORD = '/.well-known/change-password';
const PASSKEY_ENDPOINTS = '/.well-known/passkey-endpoints';
const PASSWORD_PAGE = '/.holdfast/account/password';
const ACCOUNT_PAGE = '/.holdfast/account';

/** Where sign-in is Holdfast's, password managers are told where its pages are; else the application answers for itself. */
export function answerWellKnown(exchange: Exchange): StepResult | null {
  const { head, application, forwardAuth } = exchange;
  if (application === null || application.login.mode === 'off' || forwardAuth !== null) return null;
  if (head.method !== 'GET' && head.method !== 'HEAD') return null;
  // W3C "A Well-Known URL for Changing Passwords" §3.
  if (head.path === CHANGE_PASSWORD) return answer(exchange, 302, { headers: [['location', PASSWORD_PAGE]], body: '' });
  if (head.path !== PASSKEY_ENDPOINTS) return null;
  const page = `${exchange.connection.secure ? 'https' : 'http'}://${head.authority}${ACCOUNT_PAGE}`;
  // W3C "A Well-Known URL for Relying Party Passkey Endpoints" §3.
  const body = JSON.stringify({ enroll: page, manage: page });
  return answer(exchange, 200, { headers: [['content-type', 'application/json']], body });
}

function answer(
  exchange: Exchange,
  status: number,
  { headers, body }: { readonly headers: readonly HeaderPair[]; readonly body: string },
): StepResult {
  const bytes = Buffer.from(body, 'utf8');
  const { head, record, id } = exchange;
  record.status = status;
  writeHead(exchange, status, [
    ...headers,
    ['content-length', String(bytes.byteLength)],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['x-request-id', id],
  ]);
  record.responseBytes += head.method === 'HEAD' ? 0 : bytes.byteLength;
  outgoingOf(exchange).end(head.method === 'HEAD' ? undefined : bytes);
  return ANSWERED;
}
