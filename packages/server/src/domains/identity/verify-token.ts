import { timingSafeEqual } from 'node:crypto';
import type { TokenView } from '@holdfast/contract';
import type { TokenAccount } from './accounts/account.ts';
import { allowedFrom } from './accounts/allowed-from.ts';
import type { StoredToken } from './store.ts';
import { hashToken, isTokenShaped } from './token-text.ts';

/** How long a look-up is believed. A revocation in this process empties the cache at once; another node's is seen after this. */
const CACHE_MS = 10_000;
const CACHED_MAX = 1000;
const HOUR_MS = 3_600_000;

/** Why a token that we know is not taken. */
export type TokenFault = 'expired' | 'revoked' | 'disabled' | 'address';

export type Verification =
  | { readonly kind: 'valid'; readonly token: TokenView; readonly account: TokenAccount }
  | { readonly kind: 'refused'; readonly cause: 'unknown' }
  | { readonly kind: 'refused'; readonly cause: TokenFault; readonly token: TokenView };

export interface TokenVerifier {
  /** `address` = where the call comes from; null = nobody can say. */
  verify(text: string, address?: string | null): Promise<Verification>;
  /** The same by the hash of the token, as gateways know it, without regard to where a call comes from. */
  verifyHash(hash: string): Promise<Verification>;
  /** Forgets every look-up: something was revoked. */
  forget(): void;
}

export interface TokenVerifierParts {
  readonly find: (hash: string) => Promise<StoredToken | null>;
  /** Notes a use, at most once an hour for each token. Never awaited: a slow database must not slow every call. */
  readonly touch: (id: string, hourMs: number) => void;
  readonly now: () => number;
}

interface Known extends StoredToken {
  readonly isAllowedFrom: (address: string | null) => boolean;
}
interface Cached {
  readonly known: Known;
  readonly until: number;
}

/** What speaks against this token now, wherever it is used. */
export function faultOf({ view, account }: Pick<StoredToken, 'view' | 'account'>, now: number): TokenFault | null {
  if (view.revokedAt !== null || account.status === 'deleted') return 'revoked';
  if (view.expiresAt <= now) return 'expired';
  return account.status === 'disabled' ? 'disabled' : null;
}

export function createTokenVerifier(parts: TokenVerifierParts): TokenVerifier {
  return new CachingVerifier(parts);
}

class CachingVerifier implements TokenVerifier {
  readonly #parts: TokenVerifierParts;
  readonly #cache = new Map<string, Cached>();
  readonly #touched = new Map<string, number>();
  /** Counts what was forgotten: a look-up that began before is not kept. */
  #generation = 0;

  constructor(parts: TokenVerifierParts) {
    this.#parts = parts;
  }

  async verify(text: string, address: string | null = null): Promise<Verification> {
    if (!isTokenShaped(text)) return { kind: 'refused', cause: 'unknown' };
    const hash = hashToken(text);
    const known = await this.#lookUp(hash.toString('hex'));
    // The index found it by its hash; comparing once more in constant time leaves nothing to how an index compares.
    if (known === null || !timingSafeEqual(hash, Buffer.from(known.hash, 'hex'))) return { kind: 'refused', cause: 'unknown' };
    if (faultOf(known, this.#parts.now()) === null && !known.isAllowedFrom(address))
      return { kind: 'refused', cause: 'address', token: known.view };
    return this.#judge(known);
  }

  async verifyHash(hash: string): Promise<Verification> {
    const known = await this.#lookUp(hash);
    return known === null ? { kind: 'refused', cause: 'unknown' } : this.#judge(known);
  }

  forget(): void {
    this.#generation += 1;
    this.#cache.clear();
  }

  #judge(known: Known): Verification {
    const { view, account } = known;
    const cause = faultOf(known, this.#parts.now());
    if (cause !== null) return { kind: 'refused', cause, token: view };
    this.#touch(view.id);
    return { kind: 'valid', token: view, account };
  }

  #touch(id: string): void {
    const hour = Math.floor(this.#parts.now() / HOUR_MS) * HOUR_MS;
    if (this.#touched.get(id) === hour) return;
    if (this.#touched.size >= CACHED_MAX) this.#touched.clear();
    this.#touched.set(id, hour);
    this.#parts.touch(id, hour);
  }

  async #lookUp(hash: string): Promise<Known | null> {
    const at = this.#parts.now();
    const cached = this.#cache.get(hash);
    // A clock that went back would keep an entry too long: `until` is bounded from both sides.
    if (cached !== undefined && cached.until > at && cached.until <= at + CACHE_MS) return cached.known;
    const generation = this.#generation;
    const stored = await this.#parts.find(hash);
    this.#cache.delete(hash);
    if (stored === null) return null;
    const known = { ...stored, isAllowedFrom: allowedFrom(stored.view.cidrs) };
    if (generation !== this.#generation) return known;
    if (this.#cache.size >= CACHED_MAX) this.#cache.clear();
    this.#cache.set(hash, { known, until: at + CACHE_MS });
    return known;
  }
}
