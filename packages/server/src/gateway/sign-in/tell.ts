import { authenticationEvents } from '@holdfast/contract';
import type { Exchange, SignInAttempt } from '../exchange.ts';

const USER_AGENT_MAX = 512;
const PATH_MAX = 512;

function userAgentOf({ head }: Exchange): string {
  for (const [name, value] of head.headers) if (name === 'user-agent') return value.slice(0, USER_AGENT_MAX);
  return '';
}

/** Each account by its name, which only the ledger's owner reads, and by its key, which says nothing but "the same one". */
function accountsOf(exchange: Exchange, { tried, verdict }: SignInAttempt, session: string | null) {
  const shared = {
    address: exchange.clientAddress,
    userAgent: userAgentOf(exchange),
    path: exchange.head.path.slice(0, PATH_MAX),
    known: verdict.isKnown,
    session,
  };
  return tried.accounts.map((account, index) => ({ account, accountKey: verdict.keys[index] ?? '', ...shared }));
}

/** What came of it, and in which session of the application. */
export interface Concluded {
  readonly outcome: 'succeeded' | 'failed';
  readonly session: string | null;
}

export function tellOutcome(exchange: Exchange, attempt: SignInAttempt, { outcome, session }: Concluded): void {
  const { type, version, severity } = authenticationEvents[outcome];
  for (const payload of accountsOf(exchange, attempt, session))
    exchange.emit({ type, version, severity, outcome: outcome === 'failed' ? 'failed' : 'ok', reason: null, payload });
}

/** Once at each step of the wait: what is refused while it lasts is in the records of the requests. */
export function tellLimited(exchange: Exchange, attempt: SignInAttempt, session: string | null): void {
  const { type, version, severity } = authenticationEvents.limited;
  const { what, failures, waitSeconds, isNew } = attempt.verdict;
  if (!isNew || what === null) return;
  for (const account of accountsOf(exchange, attempt, session)) {
    const payload = { ...account, what, failures, waitSeconds };
    exchange.emit({ type, version, severity, outcome: 'refused', reason: `sign-in-${what}`, payload });
  }
}
