import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { isSafeMethod, isSameOrigin } from '../sessions/same-origin.ts';

/**
 * What changes something in the name of a signed-in person comes from a page of this origin (ASVS 5.0 3.5.1). SameSite=Lax
 * keeps most other requests from carrying the cookie; sibling hosts are the same site, and old browsers know no SameSite.
 */
export const csrf: Step = {
  name: 'csrf',
  onFailure: 'block',
  run(exchange) {
    if (exchange.session === null || isSafeMethod(exchange.head.method) || isSameOrigin(exchange)) return ON;
    return { kind: 'refused', code: 'cross-site-refused', reason: 'cross-site' };
  },
};
