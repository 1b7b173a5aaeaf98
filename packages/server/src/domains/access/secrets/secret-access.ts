import { isProduction, SECRET_POLICIES, type CompiledPolicy } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import { askerOf, type ApiAccess } from '../api-access.ts';
import type { Asker } from '../cedar/application-request.ts';
import type { PolicyEngine, Verdict } from '../cedar/engine.ts';
import { ownSecretPolicies } from '../cedar/own-policies.ts';
import { createRememberingEngine } from '../cedar/remembering-engine.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import type { Principal } from '../principal.ts';
import { rightsOfRoles } from '../roles.ts';
import { grantPolicy, type SecretGrant } from './grant-policy.ts';
import { toSecretRequest, type SecretPermission, type SecretUse } from './secret-request.ts';

/** Another node may have changed policies or grants: they are looked at as often as sessions are told of. */
const LOOKED_AT_MS = 1000;

/** `scope`: not written on the token. `policy`: none permits it, or one forbids it. `step-up`: to be confirmed first. */
export type SecretVerdict = 'allowed' | 'scope' | 'policy' | 'step-up';

export interface SecretAccessParts {
  readonly policies: Pick<PolicySets, 'ready'>;
  readonly api: Pick<ApiAccess, 'decide'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Those that hold now, and when the first of them ends. */
  readonly grants: () => Promise<{ readonly grants: readonly SecretGrant[]; readonly nextEndsAt: number | null }>;
}

export interface SecretAccess {
  /** Whether this right is there at all: by the role or the token, and not taken by a policy of the API. Counted as a use. */
  mayCall(principal: Principal, permission: SecretPermission): Promise<SecretVerdict>;
  /** Of one secret. */
  judge(principal: Principal, use: SecretUse): Promise<SecretVerdict>;
  /** As policies say it of anybody, whether they confirmed it or not: for those who ask who may. */
  ask(asker: Asker, use: SecretUse): Promise<Verdict>;
  /** Policies or grants are others now. */
  forget(): void;
}

interface Held {
  readonly digest: string;
  readonly engine: PolicyEngine;
  readonly nextEndsAt: number;
}

/** A value of production, and every change, is confirmed by people: a session that somebody got hold of is not enough. */
const needsStepUp = ({ permission, secret }: SecretUse): boolean =>
  permission === 'secret:reveal' ? isProduction(secret.environment) : permission !== 'secret:read';

export function createSecretAccess({ policies, api, clock, log, grants }: SecretAccessParts): SecretAccess {
  let held: Held | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** Many reads wait for one look; what changed since it began is looked at again. */
  let loading: Promise<Held> | null = null;

  const load = async (): Promise<Held> => {
    const set = await policies.ready(SECRET_POLICIES);
    const { grants: given, nextEndsAt } = await grants();
    const digest = JSON.stringify([set?.digest ?? null, given.map(({ id }) => id)]);
    const until = nextEndsAt ?? Number.POSITIVE_INFINITY;
    if (held?.digest === digest) return { ...held, nextEndsAt: until };
    const all: CompiledPolicy[] = [
      ...ownSecretPolicies({ roles: rightsOfRoles }),
      ...given.map(grantPolicy),
      ...(set?.policies ?? []),
    ];
    return { digest, engine: createRememberingEngine(all), nextEndsAt: until };
  };
  const engineNow = async (): Promise<PolicyEngine> => {
    const now = clock.monotonicMs();
    const isOver = held !== null && clock.now() >= held.nextEndsAt;
    if (held !== null && !isOver && now - lookedAt < LOOKED_AT_MS) return held.engine;
    const mine = (loading ??= load());
    try {
      const loaded = await mine;
      if (loading !== mine) return loaded.engine;
      held = loaded;
      lookedAt = now;
      loading = null;
    } catch (error) {
      if (loading === mine) loading = null;
      // The last good one stays, unless something in it has ended meanwhile.
      if (held === null || isOver) throw error;
      log.error({ err: error }, 'the access policies of secrets could not be looked at; the last good ones stay in force');
    }
    return held.engine;
  };

  return {
    async mayCall(principal, permission) {
      const call = await api.decide(principal, permission, 'POST');
      if (call === 'forbidden') return 'policy';
      // What a person's role lacks, policies of secrets may add; what is not written on a token, nothing adds.
      return call === 'missing' && principal.session === undefined ? 'scope' : 'allowed';
    },
    async judge(principal, use) {
      if (principal.permissions === 'all') return 'allowed';
      const engine = await engineNow();
      const { session } = principal;
      const isElevated = session?.isElevated === true;
      const asker = askerOf(principal);
      const { allowed } = engine.decide(toSecretRequest(use, asker, isElevated));
      if (session === undefined || isElevated) return allowed ? 'allowed' : 'policy';
      if (allowed) return needsStepUp(use) ? 'step-up' : 'allowed';
      return engine.decide(toSecretRequest(use, asker, true)).allowed ? 'step-up' : 'policy';
    },
    ask: async (asker, use) => (await engineNow()).decide(toSecretRequest(use, asker, true)),
    forget() {
      lookedAt = Number.NEGATIVE_INFINITY;
      loading = null;
    },
  };
}
