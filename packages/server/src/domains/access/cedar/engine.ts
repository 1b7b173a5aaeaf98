import type { CompiledPolicy } from '@holdfast/contract';
import type { AuthorizationAnswer, CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { keyed, takes, toEntityJson, type Entity, type KeyedEntity } from './entity.ts';
import { preparedSlice } from './slices.ts';
import { inCedar } from './wasm.ts';

/** Everything that a decision looks at. */
export interface PolicyRequest {
  readonly principal: Entity;
  readonly action: Entity;
  readonly resource: Entity;
  readonly context: Readonly<Record<string, CedarValueJson>>;
}

/**
 * `unpermitted`: no policy permits it. `forbidden`: one forbids it. `failed`: one could not be evaluated, or the evaluation
 * itself failed; Cedar would skip such a policy, and a `forbid` that is skipped lets in whom it was written against.
 */
export type VerdictReason = 'permitted' | 'unpermitted' | 'forbidden' | 'failed';

export interface Verdict {
  readonly allowed: boolean;
  readonly why: VerdictReason;
  /** Policies that decided. */
  readonly policies: readonly string[];
  readonly errors: readonly string[];
  /** How many policies could apply by their heads. */
  readonly considered: number;
}

export interface PolicyEngine {
  /** Never throws: what goes wrong denies. */
  decide(request: PolicyRequest): Verdict;
}

const UNPERMITTED: Verdict = { allowed: false, why: 'unpermitted', policies: [], errors: [], considered: 0 };

let sets = 0;

/** Policies made ready to decide. Nothing is read before the first request that one of them could apply to. */
export function createPolicyEngine(policies: readonly CompiledPolicy[]): PolicyEngine {
  sets += 1;
  const set = `set-${sets}`;
  const byAction = new Map<string, readonly CompiledPolicy[]>();

  /** Those whose head takes the request: all others cannot say anything about it, nor fail on it. */
  const sliceFor = (principal: KeyedEntity, action: KeyedEntity, resource: KeyedEntity): readonly CompiledPolicy[] => {
    // Bounded by the actions that requests are made of: seven methods, or the permissions.
    const some = byAction.get(action.key) ?? policies.filter((policy) => takes(policy.action, action));
    byAction.set(action.key, some);
    return some.filter((policy) => takes(policy.principal, principal) && takes(policy.resource, resource));
  };

  return {
    decide({ principal, action, resource, context }) {
      const slice = sliceFor(keyed(principal), keyed(action), keyed(resource));
      if (slice.length === 0) return UNPERMITTED;
      const considered = slice.length;
      try {
        const preparsedPolicySetId = preparedSlice(set, slice);
        const answer = inCedar((cedar) =>
          cedar.statefulIsAuthorized({
            principal: uidOf(principal),
            action: uidOf(action),
            resource: uidOf(resource),
            context,
            // Requests are built by our own code from typed facts; tests hold them against the schema.
            validateRequest: false,
            preparsedPolicySetId,
            entities: [principal, action, resource].map(toEntityJson),
          }),
        );
        return verdictOf(answer, considered);
      } catch {
        return { allowed: false, why: 'failed', policies: [], errors: [], considered };
      }
    },
  };
}

const uidOf = ({ type, id }: Entity) => ({ type, id });

function verdictOf(answer: AuthorizationAnswer, considered: number): Verdict {
  if (answer.type === 'failure') return { allowed: false, why: 'failed', policies: [], errors: [], considered };
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId }) => policyId).toSorted();
  const policies = diagnostics.reason.toSorted();
  if (errors.length > 0) return { allowed: false, why: 'failed', policies, errors, considered };
  if (decision === 'allow') return { allowed: true, why: 'permitted', policies, errors, considered };
  return { allowed: false, why: policies.length > 0 ? 'forbidden' : 'unpermitted', policies, errors, considered };
}
