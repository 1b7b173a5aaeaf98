import type { Permission } from '@holdfast/contract';

export const VAULT_TTL_DEFAULT_MS = 3_600_000;
/** However often it is renewed: what has to live longer is a token of a service account, or periodic. */
export const VAULT_TTL_MAX_MS = 32 * 86_400_000;

/** A short-lived token, as everybody may know it who may look at tokens: it opens nothing. */
export interface VaultToken {
  /** Names it everywhere, in records as well. */
  readonly accessor: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly displayName: string;
  readonly permissions: readonly Permission[];
  readonly meta: Readonly<Record<string, string>>;
  readonly cidrs: readonly string[];
  readonly role: string | null;
  readonly isOrphan: boolean;
  readonly isRenewable: boolean;
  readonly ttlMs: number;
  /** Renewed in time it lasts on; null = it ends at `endsAt` however often it is renewed. */
  readonly periodMs: number | null;
  readonly endsAt: number;
  readonly usesLeft: number | null;
  readonly createdAt: number;
  readonly renewedAt: number | null;
  readonly expiresAt: number;
}

/** The token of whoever makes another one. */
export type Parent =
  | { readonly kind: 'vault'; readonly accessor: string }
  /** Of a service account, by its hash. */
  | { readonly kind: 'account'; readonly hash: string };

export interface NewVaultToken {
  readonly account: { readonly id: string; readonly name: string };
  readonly displayName: string;
  readonly permissions: readonly Permission[];
  readonly meta?: Readonly<Record<string, string>>;
  readonly cidrs?: readonly string[];
  readonly role?: string | null;
  readonly parent: Parent | null;
  readonly isRenewable?: boolean;
  readonly ttlMs?: number | null;
  readonly maxTtlMs?: number | null;
  readonly periodMs?: number | null;
  readonly uses?: number | null;
  /** It never outlives this: the end of its parent. */
  readonly notAfter?: number | null;
}

interface Lifetime {
  readonly ttlMs: number;
  readonly periodMs: number | null;
  readonly endsAt: number;
  readonly expiresAt: number;
}

/** How long a new token lasts. */
export function lifetimeOf(
  { ttlMs, maxTtlMs, periodMs = null, notAfter }: Pick<NewVaultToken, 'ttlMs' | 'maxTtlMs' | 'periodMs' | 'notAfter'>,
  now: number,
): Lifetime {
  const longest = periodMs !== null && (maxTtlMs ?? null) === null ? Number.MAX_SAFE_INTEGER - now : VAULT_TTL_MAX_MS;
  const endsAt = Math.min(now + Math.min(maxTtlMs ?? longest, longest), notAfter ?? Number.MAX_SAFE_INTEGER);
  const wanted = Math.min(periodMs ?? ttlMs ?? VAULT_TTL_DEFAULT_MS, VAULT_TTL_MAX_MS);
  return { ttlMs: wanted, periodMs, endsAt, expiresAt: Math.min(now + wanted, endsAt) };
}

/** Until when it lasts after a renewal. A periodic token is given its period again, whatever is asked for. */
export function renewedUntil(
  { ttlMs, periodMs, endsAt }: Pick<VaultToken, 'ttlMs' | 'periodMs' | 'endsAt'>,
  { now, incrementMs }: { readonly now: number; readonly incrementMs: number | null },
): number {
  const more = Math.min(periodMs ?? incrementMs ?? ttlMs, VAULT_TTL_MAX_MS);
  return Math.min(now + more, endsAt);
}
