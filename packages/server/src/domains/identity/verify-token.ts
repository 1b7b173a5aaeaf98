import { timingSafeEqual } from 'node:crypto';
import type { TokenView } from '@holdfast/contract';
import type { StoredToken } from './store.ts';
import { hashToken, isTokenShaped } from './token-text.ts';

/** How long a look-up is believed. A revocation in this process empties the cache at once; another node's is seen after this. */
const CACHE_MS = 10_000;
const CACHED_MAX = 1000;
const HOUR_MS = 3_600_000;

export type Verification =
  | { readonly kind: 'valid'; readonly token: TokenView }
  | { readonly kind: 'refused'; readonly cause: 'unknown' | 'expired' | 'revoked' };

export interface TokenVerifier {
  verify(text: string): Promise<Verification>;
  /** Forgets every look-up: something was revoked. */
  forget(): void;
}

export interface TokenVerifierParts {
  readonly find: (hash: string) => Promise<StoredToken | null>;
  /** Notes a use, at most once an hour for each token. Never awaited: a slow database must not slow every call. */
  readonly touch: (id: string, hourMs: number) => void;
  readonly now: () => number;
}

interface Cached {
  readonly stored: StoredToken;
  readonly until: number;
}

function judge({ view }: StoredToken, now: number): Verification {
  if (view.revokedAt !== null) return { kind: 'refused', cause: 'revoked' };
  if (view.expiresAt <= now) return { kind: 'refused', cause: 'expired' };
  return { kind: 'valid', token: view };
}

export function createTokenVerifier({ find, touch, now }: TokenVerifierParts): TokenVerifier {
  const cache = new Map<string, Cached>();
  const touched = new Map<string, number>();

  const lookUp = async (hash: string, at: number): Promise<StoredToken | null> => {
    const cached = cache.get(hash);
    // A clock that went back would keep an entry too long: `until` is bounded from both sides.
    if (cached !== undefined && cached.until > at && cached.until <= at + CACHE_MS) return cached.stored;
    const stored = await find(hash);
    cache.delete(hash);
    if (stored === null) return null;
    if (cache.size >= CACHED_MAX) cache.clear();
    cache.set(hash, { stored, until: at + CACHE_MS });
    return stored;
  };

  return {
    async verify(text) {
      if (!isTokenShaped(text)) return { kind: 'refused', cause: 'unknown' };
      const hash = hashToken(text);
      const at = now();
      const stored = await lookUp(hash.toString('hex'), at);
      // The index found it by its hash; comparing once more in constant time leaves nothing to how an index compares.
      if (stored === null || !timingSafeEqual(hash, Buffer.from(stored.hash, 'hex')))
        return { kind: 'refused', cause: 'unknown' };
      const verdict = judge(stored, at);
      const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
      if (verdict.kind === 'valid' && touched.get(stored.view.id) !== hour) {
        if (touched.size >= CACHED_MAX) touched.clear();
        touched.set(stored.view.id, hour);
        touch(stored.view.id, hour);
      }
      return verdict;
    },
    forget() {
      cache.clear();
    },
  };
}
