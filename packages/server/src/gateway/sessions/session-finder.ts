import type { Answer, Ask, GatewaySession } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { SessionCache } from './session-cache.ts';

/** `unknown` = the control plane did not say: whoever asks must not take the request for an anonymous one. */
export type Found = { readonly kind: 'found'; readonly session: GatewaySession | null } | { readonly kind: 'unknown' };

export interface SessionFinder {
  /** Synchronous while the answer is remembered. */
  find(hash: string, application: string): Found | Promise<Found>;
  /** These hold no longer, and an answer that is on its way is already too old. */
  end(hashes: readonly string[]): void;
}

export interface SessionFinderParts {
  readonly clock: Clock;
  readonly ask: (ask: Ask) => Promise<Answer>;
}

const UNKNOWN: Found = { kind: 'unknown' };
export const NOBODY: Found = { kind: 'found', session: null };

interface Pending {
  readonly found: Promise<Found>;
  readonly hash: string;
  isEnded: boolean;
}

/** Sessions by the hash of their token, asked for once however many requests of one page wait. */
export function createSessionFinder({ clock, ask }: SessionFinderParts): SessionFinder {
  const cache = new SessionCache();
  const pending = new Map<string, Pending>();

  const isOver = ({ expiresAt }: GatewaySession): boolean => clock.now() >= expiresAt;

  const learn = async (hash: string, application: string, isEnded: () => boolean): Promise<Found> => {
    const answer = await ask({ kind: 'session', hash, application });
    if (answer.kind !== 'session') return UNKNOWN;
    // The answer was true when it was sent, and the session has ended since.
    if (isEnded()) return NOBODY;
    const { session } = answer;
    if (session !== null && session.hash !== hash) return UNKNOWN;
    cache.put(hash, application, { session, nowMono: clock.monotonicMs() });
    return session === null || isOver(session) ? NOBODY : { kind: 'found', session };
  };

  return {
    find(hash, application) {
      const known = cache.find(hash, application, clock.monotonicMs());
      if (known !== undefined) return known === null || isOver(known) ? NOBODY : { kind: 'found', session: known };
      const key = `${hash} ${application}`;
      const asked = pending.get(key);
      if (asked !== undefined) return asked.found;
      // Bounded by the questions that may wait; the control plane or the clock answers each.
      const entry: Pending = { hash, isEnded: false, found: learn(hash, application, () => entry.isEnded) };
      pending.set(key, entry);
      void entry.found.finally(() => pending.delete(key));
      return entry.found;
    },
    end(hashes) {
      const ended = new Set(hashes);
      for (const hash of ended) cache.drop(hash);
      for (const entry of pending.values()) if (ended.has(entry.hash)) entry.isEnded = true;
    },
  };
}
