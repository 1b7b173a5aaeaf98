import { PERMISSIONS, type Permission } from '@holdfast/contract';
import type { Access, Principal } from '../../../domains/access/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { invalid } from '../wire/call.ts';

const known: ReadonlySet<string> = new Set(PERMISSIONS);
const isPermission = (word: string): word is Permission => known.has(word);

/**
 * Where Vault names policies, permissions are named here. `default` is the policy that every token has, which gives it nothing but
 * itself; anything else would be a right that nobody can look up.
 */
export function permissionsIn(policies: readonly string[]): Permission[] {
  const wanted = policies.filter((name) => name !== 'default' && name !== '');
  const unknown = wanted.find((name) => !isPermission(name));
  if (unknown !== undefined)
    throw invalid('policies are names of permissions here, such as secret:reveal: see docs/guides/vault-clients.md', 'policies');
  return wanted.filter(isPermission);
}

/** Nobody hands on more than they have. */
export async function assertMayHandOn(access: Access, principal: Principal, permissions: readonly Permission[]): Promise<void> {
  for (const permission of permissions) {
    if (await access.api.mayHandOn(principal, permission)) continue;
    const errors = [{ pointer: 'policies', detail: `${permission} is not yours to give` }];
    throw new Refusal('permission-missing', { errors });
  }
}
