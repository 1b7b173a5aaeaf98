import type { Exchange, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import { writeHead } from './write-head.ts';

/** Takes the violation reports of browsers; always answers 204, so that nothing can be learned from the answer. */
export async function takeCspReport(exchange: Exchange): Promise<StepResult> {
  exchange.incoming.resume();
  exchange.record.status = 204;
  writeHead(exchange, 204, [['x-request-id', exchange.id]]);
  exchange.outgoing.end();
  return ANSWERED;
}
