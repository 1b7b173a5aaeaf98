import {
  API_POLICIES,
  DECIDING_POLICIES_MAX,
  type AccessDecision,
  type AccessPrincipal,
  type Permission,
} from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { toApiRequest } from './cedar/api-request.ts';
import type { Asker } from './cedar/application-request.ts';
import type { PolicyEngine, Verdict } from './cedar/engine.ts';
import { ownPolicies } from './cedar/own-policies.ts';
import { createRememberingEngine } from './cedar/remembering-engine.ts';
import type { Decisions } from './decisions.ts';
import { asAccount } from './directory.ts';
import type { PolicySets } from './policies/policy-sets.ts';
import { may, type Principal } from './principal.ts';
import { rightsOfRoles } from './roles.ts';

/** Another node may have changed the set: it is looked at as often as sessions are told of. */
const LOOKED_AT_MS = 1000;
/** An owner keeps these whatever the policies say, so that a policy can always be taken back. */
const OWNER_KEEPS: ReadonlySet<Permission> = new Set(['policy:read', 'policy:write']);

/** `forbidden`: the right is there, and a policy of the operator takes it. */
export type CallVerdict = 'allowed' | 'missing' | 'forbidden';

export interface ApiAccess {
  decide(principal: Principal, permission: Permission, method: string): Promise<CallVerdict>;
  /** Whether they have this right and may hand it on: nobody is told of it, because nothing was done. */
  mayHandOn(principal: Principal, permission: Permission): Promise<boolean>;
  /** The set is another one now. */
  forget(): void;
}

interface Parts {
  readonly policies: Pick<PolicySets, 'ready'>;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly log: Log;
}

interface Held {
  readonly digest: string | null;
  readonly engine: PolicyEngine;
}

/** Decides calls of Holdfast's own API: what roles and tokens may by themselves, and what operators add to that or take away. */
export function createApiAccess({ policies, decisions, clock, log }: Parts): ApiAccess {
  let held: Held | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const engineNow = async (): Promise<PolicyEngine> => {
    const now = clock.monotonicMs();
    if (held !== null && now - lookedAt < LOOKED_AT_MS) return held.engine;
    try {
      const set = await policies.ready(API_POLICIES);
      const digest = set?.digest ?? null;
      if (held === null || held.digest !== digest) {
        held = { digest, engine: createRememberingEngine([...ownPolicies({ roles: rightsOfRoles }), ...(set?.policies ?? [])]) };
      }
      lookedAt = now;
    } catch (error) {
      // The last good one stays; with none there is nothing to decide by.
      if (held === null) throw error;
      log.error({ err: error }, 'the access policies of the API could not be looked at; the last good ones stay in force');
    }
    return held.engine;
  };

  const judge = async (principal: Principal, permission: Permission, method: string): Promise<Verdict> => {
    const { session } = principal;
    const scopes = principal.permissions === 'all' ? [] : [...principal.permissions];
    const call = { asker: askerOf(principal), permission, method, elevated: session?.isElevated === true, scopes };
    const verdict = (await engineNow()).decide(toApiRequest(call));
    const isKept = session?.role === 'owner' && OWNER_KEEPS.has(permission) && !verdict.allowed;
    return isKept ? { ...verdict, allowed: true, policies: ['holdfast-role-owner'] } : verdict;
  };

  return {
    async decide(principal, permission, method) {
      // Whoever owns the data directory could change the policies in it as well.
      const verdict = principal.permissions === 'all' ? HOST : await judge(principal, permission, method);
      decisions.tell(decisionOf(principal, permission, verdict), principal);
      if (verdict.allowed) return 'allowed';
      return may(principal, permission) ? 'forbidden' : 'missing';
    },
    async mayHandOn(principal, permission) {
      if (principal.permissions === 'all') return true;
      return may(principal, permission) && (await judge(principal, permission, 'POST')).allowed;
    },
    forget() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

const HOST: Verdict = { allowed: true, why: 'permitted', policies: [], errors: [], considered: 0 };

export function askerOf({ session, account, actor }: Principal): Asker {
  if (session === undefined) return asAccount(account?.id ?? actor.ref);
  const { person, role, groups } = session;
  // Nobody administers with one factor.
  return { kind: 'person', id: person, role, groups, acr: 'aal2', authTime: null };
}

function decisionOf(principal: Principal, permission: Permission, verdict: Verdict): AccessDecision {
  const cut = (ids: readonly string[]): string[] => ids.slice(0, DECIDING_POLICIES_MAX);
  return {
    principal: whoOf(principal),
    action: permission,
    application: null,
    route: null,
    allowed: verdict.allowed,
    enforced: true,
    policies: cut(verdict.policies),
    errors: cut(verdict.errors),
  };
}

function whoOf({ permissions, session, account, actor }: Principal): AccessPrincipal {
  if (permissions === 'all') return { kind: 'operator', id: null };
  return session === undefined ? { kind: 'service', id: account?.id ?? actor.ref } : { kind: 'person', id: session.person };
}
