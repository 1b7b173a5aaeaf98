import type { DecideInput, PolicyAnswer, WhoCan, WhoCanQuery } from '@holdfast/contract';
import { API_POLICIES } from '@holdfast/contract';
import { createApiAccess, type ApiAccess } from './api-access.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import type { Directory } from './directory.ts';
import type { ChangeParts } from './policies/change.ts';
import { createPolicySets, type PolicySets, type PolicySetsParts } from './policies/policy-sets.ts';
import { decideOne, whoCan } from './questions.ts';
import { createSecretAccess, type SecretAccess, type SecretAccessParts } from './secrets/secret-access.ts';

export interface AccessParts extends Omit<PolicySetsParts, 'changed'> {
  readonly directory: Directory;
}

/** Who may do what: to the protected applications, and to Holdfast itself. */
export interface Access {
  readonly policies: PolicySets;
  /** Calls of the API. */
  readonly api: Pick<ApiAccess, 'decide' | 'mayHandOn'>;
  decide(set: string, input: DecideInput): Promise<PolicyAnswer>;
  whoCan(set: string, query: WhoCanQuery): Promise<WhoCan>;
  /** Uses of secrets; whoever keeps grants for them gives them. */
  forSecrets(grants: SecretAccessParts['grants']): SecretAccess;
  readonly directory: Directory;
  /** Tells, after a change is durable, that the policies are others now. */
  onChange(listener: ChangeParts['changed']): void;
  /** What is decided about calls of the API, as it is decided. */
  onDecision: Decisions['onDecision'];
}

export function createAccess({ directory, ...parts }: AccessParts): Access {
  const { clock, log } = parts;
  const listeners: ChangeParts['changed'][] = [];
  const policies = createPolicySets({
    ...parts,
    changed(cause, actor) {
      api.forget();
      for (const listener of listeners) listener(cause, actor);
    },
  });
  const decisions = createDecisions();
  const api = createApiAccess({ policies, decisions, clock, log });
  const questions = { policies, directory, clock };
  return {
    policies,
    api,
    directory,
    forSecrets(grants) {
      const secrets = createSecretAccess({ policies, api, clock, log, grants });
      listeners.push(() => secrets.forget());
      return secrets;
    },
    decide: async (set, input) => decideOne(questions, set, input),
    whoCan: async (set, query) => whoCan(questions, set, query),
    onChange: (listener) => void listeners.push(listener),
    onDecision: (listener) => decisions.onDecision(listener),
  };
}

/** Changing what the API lets people do could give whoever does it every other right: that is for owners and the host. */
export const isForOwners = (set: string): boolean => set === API_POLICIES;
