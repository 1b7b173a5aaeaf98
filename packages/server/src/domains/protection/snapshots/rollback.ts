import { applicationSchema, controlEvents, type RollbackInput } from '@holdfast/contract';
import type { Access } from '../../access/index.ts';
import { actorName, type Actor, type Applications } from '../../applications/index.ts';
import { deleteAllow, deleteBans, insertAllow, readAllBans, readAllowPrefixes, upsertBans } from '../bans/ban-store.ts';
import { change, type Change, type ProtectionParts } from '../change.ts';
import { replaceExceptions } from '../exceptions/exceptions.ts';
import { replaceSchemas } from '../learning/replace-schemas.ts';
import type { Policy } from './policy.ts';
import { findState } from './snapshots.ts';

async function replaceAllows({ tx, now }: Change, wanted: readonly string[], reason: string): Promise<void> {
  const left = new Set(wanted);
  for (const prefix of await readAllowPrefixes(tx)) if (!left.delete(prefix)) await deleteAllow(tx, prefix);
  const createdBy = actorName({ kind: 'system', ref: 'rollback' });
  for (const prefix of left) await insertAllow(tx, { prefix, reason, origin: 'operator', createdAt: now, createdBy });
}

/** Bans that are in force in both states stay untouched, so that who made them and why is not lost. */
async function replaceBans({ tx, now }: Change, policy: Policy, reason: string): Promise<void> {
  const present = await readAllBans(tx);
  const wanted = policy.bans.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const prefixes = new Set(wanted.map(({ prefix }) => prefix));
  await deleteBans(
    tx,
    [...present.keys()].filter((prefix) => !prefixes.has(prefix)),
  );
  const createdBy = actorName({ kind: 'system', ref: 'rollback' });
  const missing = wanted.filter(({ prefix, expiresAt }) => present.get(prefix) !== expiresAt);
  await upsertBans(
    tx,
    missing.map(({ prefix, expiresAt }) => ({ prefix, expiresAt, reason, createdAt: now, createdBy })),
  );
}

/**
 * Puts an earlier policy state into force: applications, exceptions, allow-list and bans in one transaction. What has run out
 * of time since stays out. Break-glass and what is cut off are left as they are, because they are decisions about now, and so
 * are trusted hops and limits, which belong to the configuration.
 */
export async function rollBack(
  parts: ProtectionParts & { readonly applications: Applications; readonly access?: Pick<Access, 'policies'> | undefined },
  { digest, reason }: RollbackInput,
  actor: Actor,
): Promise<void> {
  const { state, policy } = await findState(parts, digest);
  await change(parts, async (step) => {
    const why = `back to ${state.digest.slice(0, 12)}: ${reason}`.slice(0, 500);
    // A promotion that was under way then is not under way now: nobody would watch its share.
    const applications = policy.applications.map((one) => ({ ...applicationSchema.parse(one), canary: null }));
    await parts.applications.replaceIn(step.transaction, applications, { actor, reason: why });
    await replaceExceptions(step, policy.exceptions, actor);
    await replaceSchemas(parts, step, { wanted: policy.schemas, actor, reason: why });
    await parts.access?.policies.replaceIn(step.transaction, policy.policies, { actor, reason: why });
    await replaceAllows(step, policy.allows, why);
    await replaceBans(step, policy, why);
    const payload = { digest: state.digest, fromVersion: state.version };
    step.events.push(parts.bus.newEvent(controlEvents.snapshotRestored, { actor, target: state.digest, reason, payload }));
  });
}
