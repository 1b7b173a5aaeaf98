import { createHash } from 'node:crypto';
import type { EnforcedPolicies } from '@holdfast/contract';
import { readPolicies } from '../../packages/server/src/domains/access/cedar/read-policies.ts';

/** Policies of an application as a snapshot carries them. */
export function enforcedPolicies(text: string, application = 'echo'): EnforcedPolicies {
  const reading = readPolicies(text, 'application');
  if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
  const digest = createHash('sha256').update(text).digest('hex');
  return { application, version: 1, digest, policies: [...reading.set.policies] };
}
