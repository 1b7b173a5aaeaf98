import type { Clock } from '../../platform/clock.ts';
import { weighAccess } from '../access/weigh-access.ts';
import { ON } from '../exchange.ts';
import type { Exchange, Step } from '../exchange.ts';
import { askToSignIn } from '../sessions/to-sign-in.ts';

/**
 * Whether this visitor may come in at all, and whether the access policies let them do this. Break-glass is for attack rules,
 * bans and rates: it opens no closed door.
 */
export const authorise = (clock: Clock): Step => ({
  name: 'authorise',
  onFailure: 'block',
  run(exchange) {
    const { application } = exchange;
    if (application === null) return ON;
    const isKnown = holdsEnough(exchange);
    if (!isKnown && application.login.mode === 'required') return askToSignIn(exchange, 'sign-in-required');
    const verdict = weighAccess(exchange, clock);
    if (verdict.kind === 'allowed') return ON;
    // A stranger who could be somebody: the policies may let in whom they turn out to be (RFC 9110 §15.5.2).
    if (!isKnown && application.login.mode === 'optional') return askToSignIn(exchange, verdict.reason);
    return { kind: 'refused', code: 'access-denied', reason: verdict.reason };
  },
});

function holdsEnough(exchange: Exchange): boolean {
  const { application, session, account } = exchange;
  if (application?.login.mode === 'off') return false;
  // A program has no second factor; its account says which applications it may call.
  if (account !== null) return true;
  // A session from before two factors were asked for names nobody any more (ASVS 5.0 6.3.3).
  if (application?.login.mfa === true && session?.acr !== 'aal2') exchange.session = null;
  return exchange.session !== null;
}
