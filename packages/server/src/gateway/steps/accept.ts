import { parseAddress, plainAddress } from '../../platform/address.ts';
import { ON } from '../exchange.ts';
import type { Exchange, RequestHead, Step } from '../exchange.ts';
import { listFromRight } from '../forwarded-list.ts';
import { judgeHead } from '../front-gate/front-gate.ts';

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/u;
const NO_TRACE = '0'.repeat(32);

/** The gate: from here on there is one reading of the head, and nothing looks at the raw one again. */
export const accept: Step = {
  name: 'accept',
  onFailure: 'block',
  run(exchange) {
    const fault = exchange.transport?.fault();
    if (fault !== undefined && fault !== null) return fault;
    const { incoming, connection, snapshot } = exchange;
    const verdict = judgeHead(
      {
        protocol: connection.protocol,
        method: incoming.method ?? '',
        target: incoming.url ?? '',
        rawHeaders: incoming.rawHeaders,
      },
      snapshot.source.limits,
    );
    // RFC 9112 §9.6: after a doubt about a request its connection is not used again.
    if (verdict.kind === 'refused') return { kind: 'refused', code: verdict.code, reason: verdict.rule, closeConnection: true };
    exchange.head = verdict.head;
    exchange.trace = readTrace(verdict.head);
    if (snapshot.source.trustedHops > 0) believeHops(exchange, snapshot.source.trustedHops);
    else exchange.clientAddress = plainAddress(connection.peerAddress);
    return ON;
  },
};

/** W3C Trace Context §3.2: version 00, lower-case hex, never all zero. */
function readTrace(head: RequestHead): string | null {
  const header = headerValue(head, 'traceparent');
  const id = header === null ? undefined : TRACEPARENT.exec(header)?.[1];
  return id === undefined || id === NO_TRACE ? null : id;
}

function headerValue(head: RequestHead, name: string): string | null {
  for (const pair of head.headers) if (pair[0] === name) return pair[1];
  return null;
}

const scratch = new Uint32Array(4);

/** X-Forwarded-For counted from the right, as many as proxies we were told of: what stands further left anyone can write. */
function believeHops(exchange: Exchange, hops: number): void {
  const peer = plainAddress(exchange.connection.peerAddress);
  const claimed = listFromRight(exchange.head, 'x-forwarded-for').at(-hops);
  exchange.clientAddress = claimed !== undefined && parseAddress(claimed, scratch) !== 0 ? plainAddress(claimed) : peer;
  const proto = listFromRight(exchange.head, 'x-forwarded-proto').at(-1);
  if (proto?.toLowerCase() === 'https') exchange.connection = { ...exchange.connection, secure: true };
}
