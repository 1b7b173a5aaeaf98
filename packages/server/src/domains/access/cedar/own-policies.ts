import { PERMISSIONS, type CompiledPolicy, type Permission } from '@holdfast/contract';
import { OWN_PREFIX } from './read-policies.ts';
import { SECRET_ACTIONS } from './schemas.ts';

/** What each role and each token may by itself, in the words in which operators write what they add to it. */
export interface OwnRights {
  readonly roles: ReadonlyMap<string, ReadonlySet<Permission>>;
}

const everything = { type: null, entities: null, isExact: false } as const;
const HAS_SCOPE = '{ principal.permissions.contains(context.permission) }';

function rolePolicy(role: string, permissions: ReadonlySet<Permission>): CompiledPolicy {
  const key = { type: null, entities: [`Role::${role}`], isExact: false };
  const all = permissions.size === PERMISSIONS.length;
  const entities = [...permissions].map((permission) => `Action::${permission}`);
  const actions = [...permissions].map((permission) => `Action::${JSON.stringify(permission)}`).join(', ');
  return {
    id: `${OWN_PREFIX}role-${role}`,
    effect: 'permit',
    text: `permit(principal in Role::${JSON.stringify(role)}, ${all ? 'action' : `action in [${actions}]`}, resource);`,
    principal: key,
    action: all ? everything : { type: null, entities, isExact: false },
    resource: everything,
    routes: [],
  };
}

function accountPolicy(name: string, effect: 'permit' | 'forbid', condition: string): CompiledPolicy {
  return {
    id: `${OWN_PREFIX}${name}`,
    effect,
    text: `${effect}(principal is ServiceAccount, action, resource) ${condition} ${HAS_SCOPE};`,
    principal: { type: 'ServiceAccount', entities: null, isExact: false },
    action: everything,
    resource: everything,
    routes: [],
  };
}

/** A token never does more than is written on it: what was handed out cannot grow afterwards. */
export function ownPolicies({ roles }: OwnRights): CompiledPolicy[] {
  return [
    ...[...roles].map(([role, permissions]) => rolePolicy(role, permissions)),
    accountPolicy('token-scopes', 'permit', 'when'),
    accountPolicy('token-limits', 'forbid', 'unless'),
  ];
}

/** What roles may do with secrets by themselves. Programs may nothing until an operator says so. */
export function ownSecretPolicies({ roles }: OwnRights): CompiledPolicy[] {
  return [...roles].flatMap(([role, permissions]) => {
    const some = new Set(SECRET_ACTIONS.filter((action) => permissions.has(action)));
    return some.size === 0 ? [] : [rolePolicy(role, some)];
  });
}

/** Stands in for a set that an earlier release accepted and this one cannot read: nobody gets in until somebody mends it. */
export const UNREADABLE: CompiledPolicy = {
  id: `${OWN_PREFIX}unreadable`,
  effect: 'forbid',
  text: 'forbid(principal, action, resource);',
  principal: everything,
  action: everything,
  resource: everything,
  routes: [],
};
