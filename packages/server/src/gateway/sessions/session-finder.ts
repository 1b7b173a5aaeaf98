import type { Answer, Ask, GatewayAccount, GatewaySession } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { createFinder, type Finder, type Found } from './finder.ts';

export type SessionFound = Found<GatewaySession>;
export type SessionFinder = Finder<GatewaySession>;
export type AccountFound = Found<GatewayAccount>;
export type AccountFinder = Finder<GatewayAccount>;

export interface SessionFinderParts {
  readonly clock: Clock;
  readonly ask: (ask: Ask) => Promise<Answer>;
}

/** Sessions of people by the hash of their token. */
export function createSessionFinder({ clock, ask }: SessionFinderParts): SessionFinder {
  return createFinder<GatewaySession>({
    clock,
    async fetch(hash, application) {
      const answer = await ask({ kind: 'session', hash, application });
      return answer.kind === 'session' ? answer.session : 'unknown';
    },
    isOver: ({ expiresAt }, now) => now >= expiresAt,
  });
}

/** Tokens of service accounts by their hash. One that ended is still known by name, for the record of its refusal. */
export function createAccountFinder({ clock, ask }: SessionFinderParts): AccountFinder {
  return createFinder<GatewayAccount>({
    clock,
    async fetch(hash, application) {
      const answer = await ask({ kind: 'account', hash, application });
      return answer.kind === 'account' ? answer.account : 'unknown';
    },
    isOver: () => false,
  });
}
