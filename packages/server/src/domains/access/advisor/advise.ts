import type { AdviceProposal, Replay, UnusedGrant, UnusedPolicy } from '@holdfast/contract';
import { readPolicies } from '../cedar/read-policies.ts';
import { permissionsOf } from '../roles.ts';
import type { UseTotal } from '../usage/usage-store.ts';
import { actionsOf, type Grants, type PolicySetGrant } from './grants.ts';
import { proposePolicies, proposeRoles, proposeTokens, type Proposed, type Proposing } from './propose.ts';
import { replay } from './replay.ts';
import { createSeen } from './seen.ts';

export interface Observed {
  readonly grants: Grants;
  readonly uses: readonly UseTotal[];
  /** Uses are counted since then; what was granted later had less time. */
  readonly countedFrom: number;
  /** When the window begins. */
  readonly windowFrom: number;
  /** Uses are missing in the window: nothing may be called unused for sure. */
  readonly incomplete: boolean;
}

export interface Advice {
  readonly grants: readonly UnusedGrant[];
  readonly policies: readonly UnusedPolicy[];
  readonly proposals: readonly AdviceProposal[];
  readonly replay: Replay;
}

/**
 * What was granted and never used, and the smallest rights under which the window would have gone as it did. Every proposal is
 * replayed by itself and all of them together: what would change one allowed decision is left out.
 */
export function advise(observed: Observed): Advice {
  const { grants, uses, countedFrom, windowFrom, incomplete } = observed;
  const seen = createSeen(uses);
  const isYoung = (since: number): boolean => Math.max(since, countedFrom) > windowFrom;
  const proposing: Proposing = { grants, seen, isYoung };
  const all = incomplete ? [] : [...proposeTokens(proposing), ...proposeRoles(proposing), ...proposePolicies(proposing)];
  const safe = withoutChange(observed, all);
  const proposals = safe.map(({ proposal }) => proposal);
  return {
    grants: [...unusedScopes(proposing), ...unusedRights(proposing)],
    policies: grants.sets.flatMap((set) => unusedPolicies(set, proposing)),
    proposals,
    replay: replay({ grants, uses }, proposals, actionsKept(safe)),
  };
}

const actionsKept = (proposed: readonly Proposed[]) => {
  const byId = new Map(proposed.map(({ proposal, actions }) => [proposal.id, actions]));
  return (id: string): readonly string[] => byId.get(id) ?? [];
};

function withoutChange(observed: Observed, proposed: readonly Proposed[]): Proposed[] {
  const kept = actionsKept(proposed);
  const safe = proposed.filter(({ proposal }) => replay(observed, [proposal], kept).changed === 0);
  const together = replay(
    observed,
    safe.map(({ proposal }) => proposal),
    kept,
  );
  return together.changed === 0 ? safe : [];
}

function unusedScopes({ grants, seen, isYoung }: Proposing): UnusedGrant[] {
  return grants.tokens.flatMap(({ id, account, name, permissions, createdAt }) => {
    const used = seen.byToken(id);
    const unused = permissions.filter((permission) => !used.has(permission));
    if (unused.length === 0) return [];
    const young = isYoung(createdAt);
    return [{ kind: 'token' as const, id, name: `${account.name} / ${name}`, granted: permissions.length, unused, young }];
  });
}

function unusedRights({ grants, seen, isYoung }: Proposing): UnusedGrant[] {
  return grants.roles.flatMap(({ person, name, role, createdAt }) => {
    const rights = permissionsOf(role);
    const used = seen.byPerson(person);
    const unused = [...rights].filter((permission) => !used.has(permission));
    if (unused.length === 0) return [];
    const young = isYoung(createdAt);
    return [{ kind: 'role' as const, id: person, name: `${name} (${role})`, granted: rights.size, unused, young }];
  });
}

function unusedPolicies(grant: PolicySetGrant, { seen, isYoung }: Proposing): UnusedPolicy[] {
  const { set, kind, policies, neverApplies, acceptedAt } = grant;
  const dead = new Set(neverApplies);
  return policies.flatMap((policy) => {
    const granted = actionsOf(policy, kind);
    const used = seen.byPolicy(set, policy.id);
    const unused = granted.filter((action) => !used.has(action));
    const finding = dead.has(policy.id) ? 'never-applies' : used.size === 0 ? 'never-decided' : 'actions-unused';
    // A `forbid` that has decided does its work, whatever actions it did not meet.
    if (finding === 'actions-unused' && (unused.length === 0 || policy.effect === 'forbid')) return [];
    return [{ set, policy: policy.id, effect: policy.effect, finding, unused, young: isYoung(acceptedAt) }];
  });
}

/** What these proposals, which advice has made, would change. */
export function replayOf(observed: Observed, proposals: readonly AdviceProposal[]): Replay {
  const kinds = new Map(observed.grants.sets.map(({ set, kind }) => [set, kind]));
  const kept = (id: string): readonly string[] => {
    const proposal = proposals.find((each) => each.id === id);
    if (proposal?.kind !== 'policy' || proposal.to === null) return [];
    const read = readPolicies(proposal.to, kinds.get(proposal.set) ?? 'application');
    const [policy] = read.kind === 'ready' ? read.set.policies : [];
    return policy === undefined ? [] : actionsOf(policy, read.kind === 'ready' ? read.set.kind : 'application');
  };
  return replay(observed, proposals, kept);
}
