import type { EventRecord, Permission } from '@holdfast/contract';

/** The session of a person who calls from a browser. */
export interface PersonSession {
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly role: string | null;
  readonly groups: readonly string[];
  readonly expiresAt: number;
  readonly elevatedUntil: number | null;
  /** Confirmed so lately that sensitive changes need nothing more. Asked for changes only. */
  readonly isElevated: boolean;
}

/**
 * Who calls and what they may. `all` is the operator on the host, who owns the data directory and could change
 * every file in it anyway; everyone else carries a list.
 */
export interface Principal {
  readonly actor: EventRecord['actor'];
  readonly permissions: 'all' | ReadonlySet<Permission>;
  /** The service account whose token it is. */
  readonly account?: { readonly id: string; readonly name: string };
  /** Left out = no person: a token, or the operator of the host. */
  readonly session?: PersonSession;
}

export function may(principal: Principal, permission: Permission): boolean {
  return principal.permissions === 'all' || principal.permissions.has(permission);
}

/**
 * Whether this caller may make, change or stop people with this role. Owners are for owners and the operator of the host:
 * otherwise whoever may administer people could make themselves one. A token stands for nobody and makes no administrators.
 */
export function mayAdminister({ permissions, session }: Principal, role: string | null): boolean {
  if (permissions === 'all' || role === null) return true;
  if (session === undefined) return false;
  return session.role === 'owner' || (session.role === 'administrator' && role !== 'owner');
}
