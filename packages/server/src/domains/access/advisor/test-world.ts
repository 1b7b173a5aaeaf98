import { API_POLICIES, type AdviceProposal, type Permission } from '@holdfast/contract';
import type { Role } from '../../identity/index.ts';
import { toApiRequest } from '../cedar/api-request.ts';
import { toPolicyRequest, type Asker } from '../cedar/application-request.ts';
import { createPolicyEngine } from '../cedar/engine.ts';
import { ownPolicies } from '../cedar/own-policies.ts';
import { readPolicies } from '../cedar/read-policies.ts';
import { indexRoutes } from '../cedar/route-index.ts';
import type { PolicyKind } from '../cedar/schemas.ts';
import { rightsOfRoles } from '../roles.ts';
import type { UseTotal } from '../usage/usage-store.ts';
import type { Grants, PolicySetGrant } from './grants.ts';

export interface WorldToken {
  readonly id: string;
  readonly account: string;
  readonly permissions: readonly Permission[];
}
export interface WorldPerson {
  readonly id: string;
  readonly role: Role | null;
  readonly groups: readonly string[];
}
/** What somebody wants: a permission of the API, or a method and path of the application `shop`. */
export interface Want {
  readonly who: { readonly token: string } | { readonly person: string };
  readonly application: string | null;
  readonly action: string;
  readonly path: string;
}
export interface World {
  readonly tokens: readonly WorldToken[];
  readonly people: readonly WorldPerson[];
  /** Texts of sets by name. */
  readonly sets: ReadonlyMap<string, string>;
}

const NOW = 1_800_000_000_000;
const kindOf = (set: string): PolicyKind => (set === API_POLICIES ? 'api' : 'application');

export function setOf(set: string, text: string): PolicySetGrant {
  const read = readPolicies(text, kindOf(set));
  if (read.kind === 'faulty') throw new Error(`assertion: ${set} can be read: ${JSON.stringify(read.faults)}\n${text}`);
  const { policies, warnings } = read.set;
  const neverApplies = warnings.flatMap(({ policy }) => (policy === null ? [] : [policy]));
  return { set, kind: kindOf(set), text, policies, neverApplies, acceptedAt: 0 };
}

export function grantsOf({ tokens, people, sets }: World): Grants {
  return {
    tokens: tokens.map(({ id, account, permissions }) => ({
      id,
      account: { id: account, name: account },
      name: id,
      permissions,
      createdAt: 0,
    })),
    roles: people.flatMap(({ id, role }) => (role === null ? [] : [{ person: id, name: id, role, createdAt: 0 }])),
    sets: [...sets].map(([set, text]) => setOf(set, text)),
  };
}

/** The real engine over the whole world: what the advisor has to agree with and knows nothing of. */
export function createJudge(world: World) {
  const engines = new Map(
    [...world.sets].map(([set, text]) => {
      const { policies } = setOf(set, text);
      return [
        set,
        { policies, engine: createPolicyEngine(policies), routes: indexRoutes(policies.flatMap(({ routes }) => routes)) },
      ];
    }),
  );
  const api = createPolicyEngine([...ownPolicies({ roles: rightsOfRoles }), ...(engines.get(API_POLICIES)?.policies ?? [])]);
  const askerOf = (who: Want['who']): { asker: Asker; scopes: readonly Permission[] } => {
    const none = { role: null, groups: [], acr: 'none', authTime: null } as const;
    if ('token' in who) {
      const token = world.tokens.find(({ id }) => id === who.token);
      return { asker: { ...none, kind: 'service', id: token?.account ?? '' }, scopes: token?.permissions ?? [] };
    }
    const person = world.people.find(({ id }) => id === who.person);
    const { role = null, groups = [] } = person ?? {};
    return { asker: { kind: 'person', id: who.person, role, groups, acr: 'aal2', authTime: NOW }, scopes: [] };
  };
  return (want: Want): UseTotal => {
    const { asker, scopes } = askerOf(want.who);
    const { application, action, path } = want;
    const rules = application === null ? null : engines.get(application);
    // The permission and the method come from the lists of the test.
    const permission = action as Permission;
    const verdict =
      application === null
        ? api.decide(toApiRequest({ asker, permission, method: 'GET', elevated: true, scopes }))
        : rules === undefined || rules === null
          ? { allowed: true, policies: [] }
          : rules.engine.decide(
              toPolicyRequest(
                { application, asker, method: action, path, address: '192.0.2.1', secure: true, now: NOW },
                rules.routes,
              ).request,
            );
    return {
      principal: { kind: asker.kind, id: asker.id },
      token: application === null && 'token' in want.who ? want.who.token : null,
      application,
      action,
      route: null,
      allowed: verdict.allowed,
      policies: verdict.policies,
      count: 1,
    };
  };
}

/** The world after the proposals, as applying them would leave it. */
export function applied(world: World, proposals: readonly AdviceProposal[]): World {
  const tokens = new Map(world.tokens.map((token) => [token.id, token]));
  const people = new Map(world.people.map((person) => [person.id, person]));
  const sets = new Map(world.sets);
  for (const proposal of proposals) {
    if (proposal.kind === 'policy') {
      const text = sets.get(proposal.set) ?? '';
      sets.set(
        proposal.set,
        text.replace(proposal.from, () => proposal.to ?? ''),
      );
      continue;
    }
    const token = proposal.kind === 'token' ? tokens.get(proposal.token) : undefined;
    // A proposal takes from what was granted.
    if (token !== undefined && proposal.kind === 'token')
      tokens.set(token.id, { ...token, permissions: proposal.to as Permission[] });
    const person = proposal.kind === 'role' ? people.get(proposal.person) : undefined;
    if (person !== undefined && proposal.kind === 'role') people.set(person.id, { ...person, role: proposal.to });
  }
  return { tokens: [...tokens.values()], people: [...people.values()], sets };
}
