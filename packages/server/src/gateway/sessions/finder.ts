import type { Clock } from '../../platform/clock.ts';
import { SessionCache } from './session-cache.ts';

/** `unknown` = the control plane did not say: whoever asks must not take the request for an anonymous one. */
export type Found<Known> = { readonly kind: 'found'; readonly session: Known | null } | { readonly kind: 'unknown' };

export interface Finder<Known> {
  /** Synchronous while the answer is remembered. */
  find(hash: string, application: string): Found<Known> | Promise<Found<Known>>;
  /** These hold no longer, and an answer that is on its way is already too old. */
  end(hashes: readonly string[]): void;
}

export interface FinderParts<Known> {
  readonly clock: Clock;
  /** `unknown` = no answer, or one to something else. */
  readonly fetch: (hash: string, application: string) => Promise<Known | null | 'unknown'>;
  /** Whether it is as good as none by now, whatever is remembered. */
  readonly isOver: (known: Known, now: number) => boolean;
}

const UNKNOWN = { kind: 'unknown' } as const;
export const NOBODY = { kind: 'found', session: null } as const;

interface Pending<Known> {
  readonly found: Promise<Found<Known>>;
  readonly hash: string;
  isEnded: boolean;
}

/** Whoever a token stands for, by its hash; asked for once however many requests of one page wait. */
export function createFinder<Known extends { readonly hash: string }>(parts: FinderParts<Known>): Finder<Known> {
  const { clock, fetch, isOver } = parts;
  const cache = new SessionCache<Known>();
  const pending = new Map<string, Pending<Known>>();

  const foundOf = (known: Known | null): Found<Known> =>
    known === null || isOver(known, clock.now()) ? NOBODY : { kind: 'found', session: known };

  const learn = async (hash: string, application: string, isEnded: () => boolean): Promise<Found<Known>> => {
    const answer = await fetch(hash, application);
    if (answer === 'unknown') return UNKNOWN;
    // The answer was true when it was sent, and it has ended since.
    if (isEnded()) return NOBODY;
    if (answer !== null && answer.hash !== hash) return UNKNOWN;
    cache.put(hash, application, { session: answer, nowMono: clock.monotonicMs() });
    return foundOf(answer);
  };

  return {
    find(hash, application) {
      const known = cache.find(hash, application, clock.monotonicMs());
      if (known !== undefined) return foundOf(known);
      const key = `${hash} ${application}`;
      const asked = pending.get(key);
      if (asked !== undefined) return asked.found;
      // Bounded by the questions that may wait; the control plane or the clock answers each.
      const entry: Pending<Known> = { hash, isEnded: false, found: learn(hash, application, () => entry.isEnded) };
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
