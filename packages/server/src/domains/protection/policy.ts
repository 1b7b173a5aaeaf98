import { createHash } from 'node:crypto';
import type { Snapshot } from '@holdfast/contract';
import { sortedJson } from '../applications/index.ts';

/** The part of a snapshot that people decide; the rest is key material and short-lived answers that change by themselves. */
export type Policy = Pick<Snapshot, 'applications' | 'exceptions' | 'allows' | 'bans' | 'bypassUntil' | 'trustedHops' | 'limits'>;
export type KeyMaterial = Pick<Snapshot, 'certificates' | 'challenges' | 'alpnCertificates' | 'ticketKeys'>;

const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

/** The same decisions in the same order, so that their digest does not depend on who was written first. */
export function orderPolicy(policy: Policy): Policy {
  return {
    ...policy,
    applications: policy.applications.toSorted((left, right) => byText(left.id, right.id)),
    exceptions: policy.exceptions.toSorted((left, right) => byText(left.id, right.id)),
    allows: policy.allows.toSorted(byText),
    bans: policy.bans.toSorted((left, right) => byText(left.prefix, right.prefix)),
  };
}

/** SHA-256 over the sorted JSON of the ordered policy, hex: names a policy state for history, roll-back and the record of each request. */
export function digestOf(policy: Policy): string {
  return createHash('sha256')
    .update(sortedJson(orderPolicy(policy)), 'utf8')
    .digest('hex');
}
