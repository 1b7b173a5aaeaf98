import { API_POLICIES, type AdviceProposal, type Permission, type Replay } from '@holdfast/contract';
import { OWN_PREFIX } from '../cedar/read-policies.ts';
import { permissionsOf } from '../roles.ts';
import type { UseTotal } from '../usage/usage-store.ts';
import { actionsOf, mentionsRole, type Grants } from './grants.ts';

/** Grants in a form that answers one question: would this allowed decision still be allowed? */
interface Rules {
  readonly tokens: ReadonlyMap<string, ReadonlySet<string>>;
  readonly roles: ReadonlyMap<string, string | null>;
  /** By set and id: the actions that the policy still takes, and whether it may depend on roles. */
  readonly policies: ReadonlyMap<string, { readonly actions: ReadonlySet<string>; readonly byRole: boolean }>;
}

const keyOf = (set: string, policy: string): string => `${set} ${policy}`;

function rulesOf(grants: Grants): Rules {
  const policies = grants.sets.flatMap(({ set, kind, policies: list }) =>
    list
      .filter(({ effect }) => effect === 'permit')
      .map((policy) => {
        const rule = { actions: new Set(actionsOf(policy, kind)), byRole: mentionsRole(policy) };
        return [keyOf(set, policy.id), rule] as const;
      }),
  );
  return {
    tokens: new Map(grants.tokens.map(({ id, permissions }) => [id, new Set<string>(permissions)])),
    roles: new Map(grants.roles.map(({ person, role }) => [person, role])),
    policies: new Map(policies),
  };
}

/** The rules as they would be. `narrowed` gives the actions that a narrowed policy keeps. */
function changed(rules: Rules, proposals: readonly AdviceProposal[], narrowed: NarrowedActions): Rules {
  const tokens = new Map(rules.tokens);
  const roles = new Map(rules.roles);
  const policies = new Map(rules.policies);
  for (const proposal of proposals) {
    if (proposal.kind === 'token') tokens.set(proposal.token, new Set(proposal.to));
    else if (proposal.kind === 'role') roles.set(proposal.person, proposal.to);
    else {
      const key = keyOf(proposal.set, proposal.policy);
      const held = policies.get(key);
      if (proposal.to === null || held === undefined) policies.delete(key);
      else policies.set(key, { ...held, actions: new Set(narrowed(proposal.id)) });
    }
  }
  return { tokens, roles, policies };
}

/** Of the proposal with this id, where it narrows a policy. */
export type NarrowedActions = (id: string) => readonly string[];

/**
 * Whether what allowed this once would allow it. A decision names the policies that decided: it stands as long as one of them
 * is left, takes its action, and says the same of the person as before; taking policies away can add no `forbid`.
 */
function stands(use: UseTotal, rules: Rules, before: Rules): boolean {
  const byItself = use.application === null ? standsByItself(use, rules) : use.policies.length === 0 || null;
  return byItself ?? standsByPolicy(use, rules, before);
}

/** What a call of the API may without policies of the operator; null = these have to say. */
function standsByItself({ principal, token, action, policies }: UseTotal, rules: Rules): boolean | null {
  const isOwn = policies.every((id) => id.startsWith(OWN_PREFIX));
  if (token !== null) {
    // What is written on the token permits by itself, and nothing goes beyond it.
    const isWritten = rules.tokens.get(token)?.has(action) === true;
    return !isWritten || policies.length === 0 || policies.some((id) => id.startsWith(OWN_PREFIX)) ? isWritten : null;
  }
  const role = principal.id === null ? null : (rules.roles.get(principal.id) ?? null);
  const holds = principal.kind === 'operator' || permissionsOf(role).has(action as Permission);
  return holds || isOwn ? holds : null;
}

function standsByPolicy({ principal, application, action, policies }: UseTotal, rules: Rules, before: Rules): boolean {
  const person = principal.kind === 'person' ? (principal.id ?? '') : null;
  const isRoleKept = person === null || rules.roles.get(person) === before.roles.get(person);
  return policies.some((id) => {
    const rule = rules.policies.get(keyOf(application ?? API_POLICIES, id));
    return rule !== undefined && rule.actions.has(action) && (isRoleKept || !rule.byRole);
  });
}

/** Judges every decision of the window once more as if the proposals were in force. */
export function replay(
  { grants, uses }: { readonly grants: Grants; readonly uses: readonly UseTotal[] },
  proposals: readonly AdviceProposal[],
  narrowed: NarrowedActions,
): Replay {
  const before = rulesOf(grants);
  const after = changed(before, proposals, narrowed);
  let [decisions, allowed, flipped] = [0, 0, 0];
  for (const use of uses) {
    decisions += use.count;
    if (!use.allowed) continue;
    allowed += use.count;
    // What the grants of today would refuse already is not changed by a proposal.
    if (stands(use, before, before) && !stands(use, after, before)) flipped += use.count;
  }
  return { decisions, allowed, changed: flipped };
}
