import type { Lease, Page, PageQuery } from '@holdfast/contract';
import type { SecretCaller } from '../secrets.ts';

/**
 * What is lent for a while and taken back: by its id, at its time, after a restart as well. Refuses with `not-found`,
 * `permission-missing`, `access-denied` and `audit-unavailable`.
 */
export interface Leases {
  /** By id; null = there is none, or none that the caller may know of. */
  lookup(id: string, caller: SecretCaller): Promise<Lease | null>;
  /** Oldest first; without those that are over, unless asked for. */
  list(query: LeaseListQuery, caller: SecretCaller): Promise<Page<Lease>>;
  /** From now for so many seconds, null = as its role says; never beyond `expiresAtMost`. Refused when it is over. */
  renew(id: string, seconds: number | null, caller: SecretCaller): Promise<Lease>;
  /**
   * Over from now on. Resolves when it was taken away; `state` is still `ending` when the target did not answer, and then it
   * is tried again until it is done.
   */
  revoke(id: string, caller: SecretCaller): Promise<Lease>;
  /** All whose id begins with this; how many. */
  revokePrefix(prefix: string, caller: SecretCaller): Promise<number>;
}

export type LeaseListQuery = PageQuery & { readonly prefix?: string | undefined; readonly ended?: boolean | undefined };
