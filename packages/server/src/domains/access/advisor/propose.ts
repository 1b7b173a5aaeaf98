import { API_POLICIES, type AdviceProposal, type Permission } from '@holdfast/contract';
import type { Role } from '../../identity/index.ts';
import { permissionsOf, rightsOfRoles } from '../roles.ts';
import { actionsOf, isNamed, mentionsRole, mentionsScopes, type Grants, type PolicySetGrant } from './grants.ts';
import { narrowToActions } from './narrow-policy.ts';
import type { Seen } from './seen.ts';

export interface Proposing {
  readonly grants: Grants;
  readonly seen: Seen;
  /** Granted, or counted, for less time than the window. */
  readonly isYoung: (since: number) => boolean;
}

export interface Proposed {
  readonly proposal: AdviceProposal;
  /** What a narrowed policy keeps. */
  readonly actions: readonly string[];
}

const only = (proposal: AdviceProposal): Proposed => ({ proposal, actions: [] });

/** Scopes that a token never used. */
export function proposeTokens({ grants, seen, isYoung }: Proposing): Proposed[] {
  // A policy that looks at what is written on tokens could say something else of a narrower one.
  if (grants.sets.some(({ set, policies }) => set === API_POLICIES && policies.some(mentionsScopes))) return [];
  return grants.tokens.flatMap(({ id, account, name, permissions, createdAt }) => {
    const used = seen.byToken(id);
    const to = permissions.filter((permission) => used.has(permission));
    if (to.length === permissions.length) return [];
    const common = { id: `token.${id}`, name: `${account.name} / ${name}`, young: isYoung(createdAt) };
    return [only({ ...common, kind: 'token', token: id, from: [...permissions], to })];
  });
}

/** The smallest role that holds everything that was used and nothing that the role of now does not; null = none is needed. */
function smallestRole(role: Role, used: ReadonlySet<string>): Role | null {
  if (used.size === 0) return null;
  const held = permissionsOf(role);
  const fitting = [...rightsOfRoles].filter(
    ([, rights]) =>
      [...used].every((action) => rights.has(action as Permission)) && [...rights].every((right) => held.has(right)),
  );
  const [smallest] = fitting.toSorted(([, left], [, right]) => left.size - right.size);
  // The table of rights has the roles for keys.
  return (smallest?.[0] ?? role) as Role;
}

const isNamedInPolicies = (role: Role | null, { sets }: Grants): boolean =>
  role !== null && sets.some(({ policies }) => policies.some((policy) => mentionsRole(policy) && policy.text.includes(role)));

/** A smaller role. Owners stay: who owns is a decision and not a habit. */
export function proposeRoles({ grants, seen, isYoung }: Proposing): Proposed[] {
  // What a `forbid` says of roles could be said of somebody as soon as theirs changes.
  const forbidsByRole = grants.sets.some(({ policies }) =>
    policies.some((policy) => policy.effect === 'forbid' && mentionsRole(policy)),
  );
  if (forbidsByRole) return [];
  return grants.roles.flatMap(({ person, name, role, createdAt }) => {
    if (role === 'owner') return [];
    const to = smallestRole(role, seen.byPerson(person));
    // Where policies speak of the other role it gives more than what this table says.
    if (to === role || isNamedInPolicies(to, grants)) return [];
    const common = { id: `role.${person}`, name, young: isYoung(createdAt) };
    return [only({ ...common, kind: 'role', person, from: role, to })];
  });
}

/** Policies that permit and never did, or not for all their actions. Never a `forbid`: to take one away gives rights. */
export function proposePolicies({ grants, seen, isYoung }: Proposing): Proposed[] {
  return grants.sets.flatMap((set) => proposeSet(set, { grants, seen, isYoung }));
}

function proposeSet(grant: PolicySetGrant, { seen, isYoung }: Proposing): Proposed[] {
  const { set, kind, policies, acceptedAt } = grant;
  // Without names of their own, those that stay would change theirs.
  const canRemove = policies.every(isNamed);
  let left = policies.length;
  return policies.flatMap((policy) => {
    if (policy.effect !== 'permit' || !isNamed(policy)) return [];
    const granted = actionsOf(policy, kind);
    const used = seen.byPolicy(set, policy.id);
    const actions = granted.filter((action) => used.has(action));
    if (actions.length === granted.length) return [];
    const to = actions.length === 0 ? null : narrowToActions(policy.text, actions);
    // A set is never left empty: that would be a set that cannot be accepted.
    if (actions.length === 0 ? !canRemove || left === 1 : to === null) return [];
    if (actions.length === 0) left -= 1;
    const common = { id: `policy.${set}.${policy.id}`, name: `${set} / ${policy.id}`, young: isYoung(acceptedAt) };
    return [{ proposal: { ...common, kind: 'policy' as const, set, policy: policy.id, from: policy.text, to }, actions }];
  });
}
