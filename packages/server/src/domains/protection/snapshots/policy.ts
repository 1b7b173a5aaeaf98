import { createHash } from 'node:crypto';
import type { Snapshot, SnapshotState } from '@holdfast/contract';
import { sortedJson } from '../../applications/index.ts';

/** The part of a snapshot that people decide; the rest is key material and short-lived answers that change by themselves. */
export type Policy = Pick<
  Snapshot,
  | 'applications'
  | 'exceptions'
  | 'schemas'
  | 'patches'
  | 'policies'
  | 'isolations'
  | 'allows'
  | 'bans'
  | 'bypassUntil'
  | 'trustedHops'
  | 'limits'
  | 'contact'
>;
export type KeyMaterial = Pick<Snapshot, 'certificates' | 'challenges' | 'alpnCertificates' | 'ticketKeys' | 'identityKeys'> &
  Partial<Pick<Snapshot, 'visitorKey' | 'intel'>>;

const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

/** The same decisions in the same order, so that their digest does not depend on who was written first. */
export function orderPolicy(policy: Policy): Policy {
  return {
    ...policy,
    applications: policy.applications.toSorted((left, right) => byText(left.id, right.id)),
    exceptions: policy.exceptions.toSorted((left, right) => byText(left.id, right.id)),
    schemas: policy.schemas.toSorted((left, right) => byText(left.application, right.application)),
    patches: policy.patches.toSorted((left, right) => byText(left.id, right.id)),
    policies: policy.policies.toSorted((left, right) => byText(left.application, right.application)),
    isolations: policy.isolations.toSorted((left, right) => byText(left.id, right.id)),
    allows: policy.allows.toSorted(byText),
    bans: policy.bans.toSorted((left, right) => byText(left.prefix, right.prefix)),
  };
}

export type PolicyCounts = Pick<SnapshotState, 'applications' | 'exceptions' | 'allows' | 'bans'>;

export const countsOf = (policy: Policy): PolicyCounts => ({
  applications: policy.applications.length,
  exceptions: policy.exceptions.length,
  allows: policy.allows.length,
  bans: policy.bans.length,
});

/** The ordered policy as JSON with sorted keys. Bans are written by hand: there may be 100,000, and each has the same two keys. */
export function writePolicy(policy: Policy): string {
  const bans = policy.bans.map(({ prefix, expiresAt }) => `{"expiresAt":${expiresAt},"prefix":${JSON.stringify(prefix)}}`);
  const fields = Object.entries(policy)
    .sort(([left], [right]) => byText(left, right))
    .map(([name, value]) => `${JSON.stringify(name)}:${name === 'bans' ? `[${bans.join(',')}]` : sortedJson(value)}`);
  return `{${fields.join(',')}}`;
}

/** SHA-256 of the written policy, hex: names a policy state for history, roll-back and the record of each request. */
export function digestOf(written: string): string {
  return createHash('sha256').update(written, 'utf8').digest('hex');
}
