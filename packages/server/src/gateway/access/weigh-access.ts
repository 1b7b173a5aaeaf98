import { DECIDING_POLICIES_MAX, type AccessDecision } from '@holdfast/contract';
import { VISITOR, type AccessAnswer, type Asker } from '../../domains/access/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Exchange } from '../exchange.ts';

const DETAIL_MAX = 200;

/** What the policies of the application mean for a request. `reason` stands in the record only. */
export type AccessVerdict = { readonly kind: 'allowed' } | { readonly kind: 'denied'; readonly reason: string };

const ALLOWED: AccessVerdict = { kind: 'allowed' };

export function askerOf({ session, account }: Pick<Exchange, 'session' | 'account'>): Asker {
  if (account !== null) return { ...VISITOR, kind: 'service', id: account.id };
  if (session === null) return VISITOR;
  const { person, role, groups, acr, authTime } = session;
  return { kind: 'person', id: person, role, groups, acr, authTime };
}

/**
 * Asks the access policies of the application, if it has any, and writes down who wanted what and which policies decided.
 * Without policies the sign-in has decided already.
 */
export function weighAccess(exchange: Exchange, clock: Pick<Clock, 'now' | 'monotonicMs'>): AccessVerdict {
  const { application, snapshot, head, connection, clientAddress, record } = exchange;
  if (application === null) return ALLOWED;
  const asker = askerOf(exchange);
  const access = snapshot.accessFor(application.id);
  const about = {
    principal: { kind: asker.kind, id: asker.id === '' ? null : asker.id },
    action: head.method,
    application: application.id,
  };
  if (access === null) {
    const decided = { route: null, allowed: true, enforced: true, policies: [], errors: [] };
    record.access = application.login.mode === 'off' ? null : { ...about, ...decided };
    return ALLOWED;
  }
  const call = {
    application: application.id,
    asker,
    method: head.method,
    path: head.path,
    address: clientAddress,
    secure: connection.secure,
    now: clock.now(),
  };
  const answer = access.decide(call, clock.monotonicMs());
  const enforced = application.accessMode === 'enforce';
  record.access = { ...about, ...decisionOf(answer), enforced };
  return conclude(exchange, answer, enforced);
}

function decisionOf({ verdict, route }: AccessAnswer): Pick<AccessDecision, 'route' | 'allowed' | 'policies' | 'errors'> {
  const cut = (ids: readonly string[]): string[] => ids.slice(0, DECIDING_POLICIES_MAX);
  return { route, allowed: verdict.allowed, policies: cut(verdict.policies), errors: cut(verdict.errors) };
}

function conclude({ record }: Exchange, { verdict }: AccessAnswer, enforced: boolean): AccessVerdict {
  const reason = `access-${verdict.why}`;
  const named = verdict.errors.length > 0 ? verdict.errors : verdict.policies;
  const detail = `${reason}${named.length === 0 ? '' : `: ${named.join(', ')}`}`.slice(0, DETAIL_MAX);
  if (!verdict.allowed && enforced) {
    record.steps.push({ step: 'policies', verdict: 'denied', detail });
    return { kind: 'denied', reason };
  }
  record.steps.push({ step: 'authorise', verdict: verdict.allowed ? 'passed' : 'recorded', detail });
  // An attack that was recorded says more.
  if (!verdict.allowed && record.outcome === 'allowed') {
    record.outcome = 'recorded';
    record.reason = reason;
  }
  return ALLOWED;
}
