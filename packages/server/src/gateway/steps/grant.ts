import { ANSWERED, ON } from '../exchange.ts';
import type { Exchange, Step } from '../exchange.ts';
import { identityHeaders } from '../forward-auth/identity-headers.ts';
import { outgoingOf, writeHead } from '../response/write-head.ts';

/** The proxy that asked may let the request pass, and gets to know who it is of. */
export const grant: Step = {
  name: 'grant',
  onFailure: 'block',
  run(exchange) {
    if (exchange.forwardAuth === null) return ON;
    answer(exchange);
    return ANSWERED;
  },
};

function answer(exchange: Exchange): void {
  const { record, id, forwardAuth } = exchange;
  record.status = 200;
  record.steps.push({ step: 'grant', verdict: 'answered', detail: forwardAuth ?? '' });
  writeHead(exchange, 200, [
    ...identityHeaders(exchange),
    ['cache-control', 'no-store'],
    ['content-length', '0'],
    ['x-request-id', id],
  ]);
  outgoingOf(exchange).end();
}
