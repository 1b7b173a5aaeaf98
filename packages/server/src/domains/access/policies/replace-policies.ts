import { controlEvents, type EnforcedPolicies } from '@holdfast/contract';
import { digestOfPolicies, readPolicies } from '../cedar/read-policies.ts';
import { nameOf, type Actor, type Change, type ChangeParts } from './change.ts';
import { isOwnSet } from './policy-reads.ts';
import { findByDigest, insertVersion, markWithdrawn, readAllInForce } from './policy-store.ts';

interface Wanted {
  readonly wanted: readonly EnforcedPolicies[];
  readonly actor: Actor;
  readonly reason: string;
}

/** Puts the sets of an earlier policy state in force. Those of Holdfast itself are not part of what gateways enforce, and stay. */
export async function replacePolicies(
  { bus }: Pick<ChangeParts, 'bus'>,
  { tx, now, events }: Change,
  { wanted, actor, reason }: Wanted,
): Promise<void> {
  const by = nameOf(actor);
  const digests = new Map(wanted.map(({ application, digest }) => [application, digest]));
  const present = (await readAllInForce(tx)).filter(({ set }) => !isOwnSet(set));
  for (const { set, version } of present) {
    if (digests.has(set)) continue;
    await markWithdrawn(tx, { set, version: null, at: now, by });
    const payload = { set, version: version.version, digest: version.digest, cause: 'restore' as const, back: 0 };
    events.push(bus.newEvent(controlEvents.policyWithdrawn, { actor, application: set, target: set, reason, payload }));
  }
  for (const { application: set, digest, policies } of wanted) {
    if (present.some((other) => other.set === set && other.version.digest === digest)) continue;
    // Beyond the history only the policies themselves are left, without the remarks between them.
    const text = (await findByDigest(tx, set, digest)) ?? policies.map((policy) => policy.text).join('\n\n');
    // One that an older release accepted and this one cannot read denies everybody: better than letting everybody in.
    const count = readPolicies(text, 'application').kind === 'ready' ? policies.length : 0;
    const made = await insertVersion(tx, { set, digest: digestOfPolicies(text), text, policies: count, at: now, by, reason });
    const payload = { set, version: made.version, digest: made.digest, policies: count };
    events.push(bus.newEvent(controlEvents.policyAccepted, { actor, application: set, target: set, reason, payload }));
  }
}
