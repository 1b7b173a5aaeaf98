import type { Clock } from '../../platform/clock.ts';
import { ON } from '../exchange.ts';
import type { Exchange, Step, StepResult } from '../exchange.ts';
import { IdentityAssertions, signingKey } from '../sessions/identity-assertion.ts';
import { originOf } from '../sessions/origin.ts';

/** Tells the application who asks, signed: it trusts the signature and no header that a visitor could have written. */
export const identity = (clock: Clock): Step => {
  const assertions = new IdentityAssertions();
  return {
    name: 'identity',
    onFailure: 'block',
    run(exchange) {
      const { application, snapshot } = exchange;
      const who = exchange.account ?? exchange.session;
      if (application === null || who === null) return ON;
      const now = clock.now();
      const key = signingKey(snapshot.source.identityKeys, now);
      // Without a signature the application would take the person for a stranger.
      if (key === null) return { kind: 'refused', code: 'service-unavailable', reason: 'identity-key-missing' };
      const signed = assertions.sign(who, { application: application.id, origin: originOf(exchange) }, { key, now });
      return typeof signed === 'string' ? settle(exchange, signed) : signed.then((token) => settle(exchange, token));
    },
  };
};

function settle(exchange: Exchange, token: string): StepResult {
  exchange.assertion = token;
  return ON;
}
