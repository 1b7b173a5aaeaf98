import { SECRET_POLICIES } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { PolicySetGrant } from '../advisor/grants.ts';
import { readPolicies } from '../cedar/read-policies.ts';
import { kindOf } from '../policies/policy-reads.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import type { PolicyRights } from './rights.ts';

const REASON = 'advice about rights that nobody used';

/** Sets of access policies, as advice reads and changes them: each change is a version like any other. */
export function createPolicyRights(policies: Pick<PolicySets, 'list' | 'show' | 'accept'>): PolicyRights {
  const grantOf = async (set: string): Promise<PolicySetGrant[]> => {
    const { text, acceptedAt } = await policies.show(set, 'current');
    const kind = kindOf(set);
    const read = readPolicies(text, kind);
    // What an earlier release accepted and this one cannot read lets nobody in; there is nothing to say of it.
    if (read.kind === 'faulty') return [];
    const neverApplies = read.set.warnings.flatMap(({ policy }) => (policy === null ? [] : [policy]));
    return [{ set, kind, text, policies: read.set.policies, neverApplies, acceptedAt }];
  };
  return {
    async inForce() {
      // Uses of secrets are counted as uses of the API's permissions, and not by policy: nothing can be said of that set.
      const sets = (await policies.list()).filter((each) => each.inForce !== null && each.set !== SECRET_POLICIES);
      return (await Promise.all(sets.map(async ({ set }) => grantOf(set)))).flat();
    },
    async replace(set, { from, to }, actor) {
      const current = await policies.show(set, 'current');
      if (current.text !== from) return false;
      try {
        await policies.accept(set, { input: { text: to, basedOn: current.version, reason: REASON }, actor });
        return true;
      } catch (error) {
        // Somebody was faster: it is not as it was proposed any more.
        if (error instanceof Refusal && error.code === 'precondition-failed') return false;
        throw error;
      }
    },
  };
}
