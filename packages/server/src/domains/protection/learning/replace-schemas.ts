import { schemaEvents, type EnforcedSchema } from '@holdfast/contract';
import { actorName, type Actor } from '../../applications/index.ts';
import type { Change, ProtectionParts } from '../change.ts';
import { readFragmentText } from './fragments.ts';
import { inForce, insertVersion, markWithdrawn, readEnforced, readVersions } from './schema-store.ts';

export interface SchemasWanted {
  /** Undefined in a state that was kept before there were schemas: none was in force then. */
  readonly wanted: readonly EnforcedSchema[] | undefined;
  readonly actor: Actor;
  readonly reason: string;
}

/** Makes the schemas in force exactly these, as part of going back to an earlier policy state. */
export async function replaceSchemas(
  { bus }: Pick<ProtectionParts, 'bus'>,
  { tx, now, events }: Change,
  { wanted = [], actor, reason }: SchemasWanted,
): Promise<void> {
  const by = actorName(actor);
  const digests = new Map(wanted.map(({ application, digest, mode }) => [application, `${mode} ${digest}`]));
  const present = await readEnforced(tx);
  for (const { application, digest } of present) {
    if (digests.has(application)) continue;
    const version = inForce(await readVersions(tx, application))?.version ?? 0;
    await markWithdrawn(tx, { application, version: null, at: now, by });
    const payload = { version, digest, cause: 'rollback' as const };
    events.push(bus.newEvent(schemaEvents.withdrawn, { actor, application, reason, payload }));
  }
  for (const { application, digest, fragment, mode } of wanted) {
    if (
      present.some((other) => other.application === application && `${other.mode} ${other.digest}` === digests.get(application))
    )
      continue;
    const reading = readFragmentText(JSON.parse(fragment));
    // One that an older release accepted and this one cannot keep is left out rather than enforced in part.
    if (reading.kind === 'faulty') continue;
    const { operations, kind } = reading.fragment;
    const made = await insertVersion(tx, { application, digest, fragment, kind, mode, operations, at: now, by, reason });
    const payload = { version: made.version, digest, operations, mode };
    events.push(bus.newEvent(schemaEvents.accepted, { actor, application, reason, payload }));
  }
}
