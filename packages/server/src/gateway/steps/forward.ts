import type { Clock } from '../../platform/clock.ts';
import type { Exchange, Step, StepResult } from '../exchange.ts';
import { ANSWERED } from '../exchange.ts';
import { beginResponse } from '../response/respond.ts';
import type { SignInWatch } from '../sign-in/sign-in-watch.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import type { WebSocketRelays } from '../upstream/websocket.ts';

export interface ForwardParts {
  readonly upstreams: Upstreams;
  readonly webSockets: WebSocketRelays;
  readonly signIns: Pick<SignInWatch, 'after'>;
  readonly clock: Clock;
}

/** Hands the request to the application and its answer to the client, both as streams. */
export const forward = (parts: ForwardParts): Step => ({
  name: 'forward',
  onFailure: 'block',
  run: (exchange) => (exchange.upgrade === undefined ? pass(exchange, parts) : parts.webSockets.relay(exchange)),
});

async function pass(exchange: Exchange, { upstreams, signIns, clock }: ForwardParts): Promise<StepResult> {
  const startedAt = clock.monotonicMs();
  const answer = await upstreams.request(exchange);
  exchange.record.upstreamUs = Math.round((clock.monotonicMs() - startedAt) * 1000);
  if (answer.kind === 'refused') return answer;
  if (answer.kind === 'upgraded') {
    // Nobody asked for it (RFC 9110 §7.8): bytes after it would have no framing.
    answer.socket.destroy();
    return { kind: 'refused', code: 'upstream-failed', reason: 'upstream-upgrade' };
  }
  const seen = exchange.signIn === null ? answer : await signIns.after(exchange, answer);
  const sending = beginResponse(exchange, seen);
  if (sending !== undefined) await sending;
  return ANSWERED;
}
