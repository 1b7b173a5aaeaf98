import type { EventRecord, Permission } from '@holdfast/contract';

/**
 * Who calls and what they may. `all` is the operator on the host, who owns the data directory and could change
 * every file in it anyway; everyone else carries a list.
 */
export interface Principal {
  readonly actor: EventRecord['actor'];
  readonly permissions: 'all' | ReadonlySet<Permission>;
}

export function may(principal: Principal, permission: Permission): boolean {
  return principal.permissions === 'all' || principal.permissions.has(permission);
}
