import { allowedFrom } from '../../identity/index.ts';
import type { StoredVaultToken } from './store.ts';

/** How long a look-up is believed. A revocation in this process empties all at once; another node's is seen after this. */
const CACHE_MS = 10_000;
const CACHED_MAX = 10_000;

export interface KnownToken {
  readonly stored: StoredVaultToken;
  readonly account: { readonly id: string; readonly name: string; readonly isActive: boolean };
  readonly isAllowedFrom: (address: string | null) => boolean;
}

export interface KnownTokens {
  find(hash: string): Promise<KnownToken | null>;
  forget(): void;
}

interface Parts {
  readonly find: (hash: string) => Promise<StoredVaultToken | null>;
  readonly findAccount: (id: string) => Promise<{ name: string; status: string } | null>;
  readonly now: () => number;
}

/** Tokens that were lately used, so that a call costs no look-up. Those that are counted down are looked up each time. */
export function createKnownTokens({ find, findAccount, now }: Parts): KnownTokens {
  const cache = new Map<string, { known: KnownToken; until: number }>();
  let generation = 0;
  return {
    async find(hash) {
      const at = now();
      const cached = cache.get(hash);
      // A clock that went back would keep an entry too long: `until` is bounded from both sides.
      if (cached !== undefined && cached.until > at && cached.until <= at + CACHE_MS) return cached.known;
      const began = generation;
      const stored = await find(hash);
      if (stored === null) return null;
      const account = await findAccount(stored.account);
      const known: KnownToken = {
        stored,
        account: { id: stored.account, name: account?.name ?? '', isActive: account?.status === 'active' },
        isAllowedFrom: allowedFrom(stored.cidrs),
      };
      if (began !== generation || stored.usesLeft !== null) return known;
      if (cache.size >= CACHED_MAX) cache.clear();
      cache.set(hash, { known, until: at + CACHE_MS });
      return known;
    },
    forget() {
      generation += 1;
      cache.clear();
    },
  };
}
