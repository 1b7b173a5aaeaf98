import type { GatewaySession } from '@holdfast/contract';
import { ON } from '../exchange.ts';
import type { Exchange, Step, StepResult } from '../exchange.ts';
import type { Found, SessionFinder } from '../sessions/session-finder.ts';

/**
 * Who asks. A token that nobody can judge now is neither a session nor none: the request is refused, because to take it for
 * an anonymous one would answer a person as a stranger, and to let it pass would let in whoever holds any token.
 */
export const session = (sessions: SessionFinder): Step => ({
  name: 'session',
  onFailure: 'block',
  run(exchange) {
    const { application, sessionHash } = exchange;
    if (application === null || application.login.mode === 'off' || sessionHash === null) return ON;
    const found = sessions.find(sessionHash, application.id);
    return found instanceof Promise ? found.then((answer) => settle(exchange, answer)) : settle(exchange, found);
  },
});

/** For `holdfast explain`: ids that open nothing, never a name. */
function described(session: GatewaySession | null): string {
  return session === null ? 'ended or unknown' : `person ${session.person} session ${session.id} ${session.acr}`;
}

function settle(exchange: Exchange, found: Found): StepResult {
  if (found.kind === 'unknown') return { kind: 'refused', code: 'service-unavailable', reason: 'session-unknown' };
  exchange.session = found.session;
  exchange.record.steps.push({ step: 'session', verdict: 'passed', detail: described(found.session) });
  return ON;
}
