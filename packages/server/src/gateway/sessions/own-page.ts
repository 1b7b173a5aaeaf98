import { OWN_PAGE_REQUEST_BYTES_MAX } from '@holdfast/contract';
import type { Answer, Application, Ask, OwnPageRequest, OwnPageResponse } from '@holdfast/contract';
import { readBody } from '../body/read-body.ts';
import type { Exchange, Refused, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import type { HeaderPair } from '../response/upstream-headers.ts';
import { headerPolicyFor } from '../response/header-policy.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';
import { isSameOrigin } from './same-origin.ts';
import { NOBODY } from './finder.ts';
import type { SessionFinder, SessionFound } from './session-finder.ts';

export interface OwnPageParts {
  readonly sessions: SessionFinder;
  readonly ask: (ask: Ask) => Promise<Answer>;
}

/** What a page of ours reads; everything else stays here. */
const PASSED: ReadonlySet<string> = new Set([
  'user-agent',
  'accept',
  'accept-language',
  'origin',
  'referer',
  'content-type',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  'sec-fetch-user',
]);
const PASSED_MAX = 31;
/** Framing is made here, where the bytes are counted. */
const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'x-request-id']);

const refused = (code: Refused['code'], reason: string): Refused => ({ kind: 'refused', code, reason, closeConnection: true });

/** One of our own pages: the control plane makes it, this only carries. */
export async function answerOwnPage(exchange: Exchange, application: Application, parts: OwnPageParts): Promise<StepResult> {
  const fault = judge(exchange);
  if (fault !== null) return fault;
  const body = exchange.head.method === 'POST' ? await takeBody(exchange) : Buffer.alloc(0);
  if ('kind' in body) return body;
  const found = await findVisitor(exchange, application, parts.sessions);
  if (found.kind === 'unknown') return refused('service-unavailable', 'session-unknown');
  const request = requestOf(exchange, { application: application.id, session: found.session, body });
  // A link of ours may hold what is worth as much as a password: nothing of it is recorded.
  exchange.head = { ...exchange.head, query: '', target: exchange.head.path };
  const answer = await parts.ask({ kind: 'page', request });
  if (answer.kind !== 'page') return refused('service-unavailable', 'own-page-unanswered');
  write(exchange, application, answer.response);
  return ANSWERED;
}

function judge(exchange: Exchange): Refused | null {
  const { method } = exchange.head;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return refused('method-refused', 'own-page-method');
  // Also before anybody is signed in: a page that signs a visitor in as somebody else is an attack too (login CSRF).
  return method === 'POST' && !isSameOrigin(exchange) ? refused('cross-site-refused', 'own-page-cross-site') : null;
}

/** Who asks for something of ours; the steps that judge visitors of the application come later. */
export async function findVisitor(
  exchange: Exchange,
  { id, login }: Application,
  sessions: SessionFinder,
): Promise<SessionFound> {
  if (exchange.sessionHash === null || login.mode === 'off') return NOBODY;
  const found = await sessions.find(exchange.sessionHash, id);
  // Not sure enough for this application: to its pages this is somebody who has yet to sign in.
  return login.mfa && found.kind === 'found' && found.session?.acr !== 'aal2' ? NOBODY : found;
}

async function takeBody(exchange: Exchange): Promise<Uint8Array | Refused> {
  const { transport, outgoing, head } = exchange;
  if (head.headers.some(([name]) => name === 'content-encoding')) return refused('encoding-unsupported', 'own-page-encoding');
  const whole = transport?.wholeBody ?? null;
  if (whole !== null && transport?.expectsContinue === true && 'writeContinue' in outgoing) outgoing.writeContinue();
  const read = whole === null ? await readBody(exchange, OWN_PAGE_REQUEST_BYTES_MAX) : ({ kind: 'whole', bytes: whole } as const);
  if (read.kind === 'refused') return read;
  if (read.kind === 'longer' || read.bytes.byteLength > OWN_PAGE_REQUEST_BYTES_MAX)
    return refused('body-too-large', 'own-page-bytes');
  exchange.record.requestBytes = read.bytes.byteLength;
  return read.bytes;
}

function requestOf(
  { head, clientAddress, connection, ownCookies }: Exchange,
  { application, session, body }: Pick<OwnPageRequest, 'application' | 'session'> & { readonly body: Uint8Array },
): OwnPageRequest {
  const headers = head.headers.filter(([name]) => PASSED.has(name)).slice(0, PASSED_MAX);
  return {
    method: head.method,
    path: head.path,
    query: head.query,
    headers: [...headers.map(([name, value]): [string, string] => [name, value]), ...cookieOf(ownCookies)],
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
    address: clientAddress,
    host: head.authority,
    secure: connection.secure,
    application,
    session,
  };
}

const cookieOf = (own: string): [string, string][] => (own === '' ? [] : [['cookie', own]]);

function write(exchange: Exchange, application: Application, { status, headers, body }: OwnPageResponse): void {
  const bytes = Buffer.from(body, 'utf8');
  const { connection, head } = exchange;
  const sent = headers.map(([name, value]): HeaderPair => [name.toLowerCase(), value]).filter(([name]) => !FRAMING.has(name));
  const add = (name: string, value: string): void => {
    if (!sent.some(([held]) => held === name)) sent.push([name, value]);
  };
  add('cache-control', 'no-store');
  add('x-content-type-options', 'nosniff');
  add('referrer-policy', 'same-origin');
  // Whatever protects the host's other pages on the way protects these.
  const { headers: hardened } = headerPolicyFor(application).harden([], { secure: connection.secure, host: head.host });
  for (const [name, value] of hardened) if (name === 'strict-transport-security') add(name, value);
  sent.push(['content-length', String(bytes.byteLength)], ['x-request-id', exchange.id]);
  writeHead(exchange, status, sent);
  exchange.record.status = status;
  const outgoing = outgoingOf(exchange);
  if (head.method === 'HEAD') outgoing.end();
  else {
    exchange.record.responseBytes += bytes.byteLength;
    outgoing.end(bytes);
  }
}
