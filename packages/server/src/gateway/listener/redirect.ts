import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { ArrivedRequest, RequestRoom } from '../handle-request.ts';
import { PROBLEMS, problemDocument } from '@holdfast/contract';
import type { ProblemCode } from '@holdfast/contract';
import { judgeHead } from '../front-gate/front-gate.ts';
import type { RequestHead } from '../exchange.ts';

const CHALLENGE_PREFIX = '/.well-known/acme-challenge/';
const HTTPS_PORT = 443;

export interface RedirectParts {
  readonly room: RequestRoom;
  readonly snapshot: () => CompiledSnapshot;
  readonly httpsPort: () => number | null;
}

/** Plain HTTP where TLS is spoken: answers ACME HTTP-01 (RFC 8555 §8.3), sends known hosts to HTTPS, and nothing else. */
export function answerRedirect(arrived: ArrivedRequest, { room, snapshot, httpsPort }: RedirectParts): void {
  const { incoming, connection, transport } = arrived;
  const compiled = snapshot();
  const id = room.identifiers.requestId();
  const refuse = (code: ProblemCode, rule: string): void => {
    room.rejects.note({
      address: connection.peerAddress,
      rule,
      status: PROBLEMS[code].status,
      protocol: 'http/1.1',
      requestId: id,
    });
    answer(arrived, {
      id,
      status: PROBLEMS[code].status,
      type: 'application/problem+json',
      body: JSON.stringify(problemDocument(code, id)),
    });
  };
  const fault = transport?.fault() ?? null;
  if (fault !== null) return refuse(fault.code, fault.reason);
  const verdict = judgeHead(
    { protocol: connection.protocol, method: incoming.method ?? '', target: incoming.url ?? '', rawHeaders: incoming.rawHeaders },
    compiled.source.limits,
  );
  if (verdict.kind === 'refused') return refuse(verdict.code, verdict.rule);
  const proof = challengeAnswer(compiled, verdict.head);
  if (proof !== null) return answer(arrived, { id, status: 200, type: 'application/octet-stream', body: proof });
  // A redirect to a host that is not ours would make us an open redirector.
  if (compiled.applicationForHost(verdict.head.host) === null) return refuse('host-unknown', 'host-unknown');
  const port = httpsPort();
  if (port === null) return refuse('service-unavailable', 'no-https');
  answer(arrived, { id, status: 308, type: null, body: '', location: httpsAddress(verdict.head, port) });
}

function challengeAnswer({ source }: CompiledSnapshot, { path, method }: RequestHead): string | null {
  if (!path.startsWith(CHALLENGE_PREFIX) || (method !== 'GET' && method !== 'HEAD')) return null;
  const token = path.slice(CHALLENGE_PREFIX.length);
  return source.challenges.find((challenge) => challenge.token === token)?.keyAuthorization ?? null;
}

function httpsAddress({ host, path, query }: RequestHead, port: number): string {
  const authority = port === HTTPS_PORT ? host : `${host}:${port}`;
  return `https://${authority}${path}${query === '' ? '' : `?${query}`}`;
}

interface PlainAnswer {
  readonly id: string;
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
  readonly location?: string;
}

/** Always closes: a client belongs on the other port after this. No HSTS here, browsers ignore it on plain HTTP (RFC 6797 §8.1). */
function answer({ outgoing, incoming }: ArrivedRequest, { id, status, type, body, location }: PlainAnswer): void {
  incoming.resume();
  outgoing.on('error', () => undefined);
  outgoing.statusCode = status;
  outgoing.setHeader('x-request-id', id);
  outgoing.setHeader('connection', 'close');
  outgoing.setHeader('cache-control', 'no-store');
  outgoing.setHeader('content-length', String(Buffer.byteLength(body)));
  if (type !== null) outgoing.setHeader('content-type', type);
  if (location !== undefined) outgoing.setHeader('location', location);
  outgoing.end(body);
}
