import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { takeServiceToken } from '../sessions/service-token.ts';

/**
 * Takes the token of a service account out of the request before anything reads it: no rule, no record and no application
 * ever sees one, also where sign-in is off.
 */
export const serviceToken: Step = {
  name: 'service-token',
  onFailure: 'block',
  run(exchange) {
    const { head } = exchange;
    const taken = takeServiceToken(head.headers);
    if (taken === null) return ON;
    exchange.head = { ...head, headers: taken.headers };
    exchange.serviceToken = taken.hash ?? 'several';
    return ON;
  },
};
