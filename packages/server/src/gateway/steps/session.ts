import type { GatewayAccount, GatewaySession } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { allowedFrom } from '../../domains/identity/index.ts';
import { ON } from '../exchange.ts';
import type { Exchange, Refused, Step, StepResult } from '../exchange.ts';
import type { AccountFinder, AccountFound, SessionFinder, SessionFound } from '../sessions/session-finder.ts';

export interface SessionParts {
  readonly sessions: SessionFinder;
  readonly accounts: AccountFinder;
  readonly clock: Clock;
}

const NOT_SAID: Refused = { kind: 'refused', code: 'service-unavailable', reason: 'session-unknown' };

/**
 * Who asks. A token that nobody can judge now is neither a session nor none: the request is refused, because to take it for
 * an anonymous one would answer a person as a stranger, and to let it pass would let in whoever holds any token.
 */
export const session = ({ sessions, accounts, clock }: SessionParts): Step => {
  const places = new WeakMap<GatewayAccount, (address: string) => boolean>();
  const isAllowed = (account: GatewayAccount, address: string): boolean => {
    const held = places.get(account) ?? allowedFrom(account.cidrs);
    places.set(account, held);
    return held(address);
  };
  const settleAccount = (exchange: Exchange, found: AccountFound): StepResult => {
    if (found.kind === 'unknown') return NOT_SAID;
    const account = found.session;
    exchange.record.steps.push({ step: 'session', verdict: 'passed', detail: describedAccount(account) });
    if (account === null) return { kind: 'refused', code: 'token-refused', reason: 'token-unknown' };
    const fault = faultOf(account, clock.now());
    if (fault !== null) return fault;
    if (!isAllowed(account, exchange.clientAddress)) return { kind: 'refused', code: 'address-refused', reason: 'token-address' };
    exchange.account = account;
    return ON;
  };
  return {
    name: 'session',
    onFailure: 'block',
    run(exchange) {
      const { application, sessionHash, serviceToken } = exchange;
      if (application === null || application.login.mode === 'off') return ON;
      // A token comes first: whoever sends one means it, whatever cookies come along.
      if (serviceToken !== null) {
        const found = serviceToken === 'several' ? NOT_ONE : accounts.find(serviceToken, application.id);
        return found instanceof Promise
          ? found.then((answer) => settleAccount(exchange, answer))
          : settleAccount(exchange, found);
      }
      if (sessionHash === null) return ON;
      const found = sessions.find(sessionHash, application.id);
      return found instanceof Promise ? found.then((answer) => settle(exchange, answer)) : settle(exchange, found);
    },
  };
};

const NOT_ONE: AccountFound = { kind: 'found', session: null };

/** Why a token that is known is not taken here. */
function faultOf({ refusal, expiresAt }: GatewayAccount, now: number): Refused | null {
  if (refusal === 'application') return { kind: 'refused', code: 'account-refused', reason: 'token-application' };
  if (refusal !== null) return { kind: 'refused', code: 'token-refused', reason: `token-${refusal}` };
  return now >= expiresAt ? { kind: 'refused', code: 'token-refused', reason: 'token-expired' } : null;
}

/** For `holdfast explain`: ids that open nothing, never a name. */
function described(known: GatewaySession | null): string {
  return known === null ? 'ended or unknown' : `person ${known.person} session ${known.id} ${known.acr}`;
}

const describedAccount = (account: GatewayAccount | null): string =>
  account === null ? 'unknown token' : `service account ${account.id} token ${account.token}`;

function settle(exchange: Exchange, found: SessionFound): StepResult {
  if (found.kind === 'unknown') return NOT_SAID;
  exchange.session = found.session;
  exchange.record.steps.push({ step: 'session', verdict: 'passed', detail: described(found.session) });
  return ON;
}
