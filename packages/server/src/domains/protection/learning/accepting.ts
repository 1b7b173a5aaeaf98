import {
  schemaEvents,
  type SchemaAccept,
  type SchemaModeInput,
  type SchemaRestore,
  type SchemaVersion,
  type SchemaWithdraw,
} from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { change, tablesOf, type Change, type ProtectionParts } from '../change.ts';
import type { DocumentJobs } from '../documents/bringing/run-job.ts';
import { readFragmentAside, readyFragment } from './fragments.ts';
import { inForce, insertVersion, markWithdrawn, readFragment, readVersions, writeMode } from './schema-store.ts';

export interface AcceptingParts extends ProtectionParts {
  readonly jobs: DocumentJobs;
}

export interface By<Input> {
  readonly input: Input;
  readonly actor: Actor;
}

/** Puts a schema in force. The same again changes nothing but its mode. */
export async function accept(
  parts: AcceptingParts,
  application: string,
  { input, actor }: By<SchemaAccept>,
): Promise<SchemaVersion> {
  const { text, digest, operations, kind } = readyFragment(await readFragmentAside(input.fragment, parts.jobs));
  const { mode = 'enforce' } = input;
  const reason = input.reason ?? null;
  return change(parts, async (step) => {
    const { tx, now, events } = step;
    const current = inForce(await readVersions(tx, application));
    if (current?.digest === digest) return changeMode(parts, step, { application, current, actor, mode, reason });
    const by = actorName(actor);
    const made = await insertVersion(tx, { application, digest, fragment: text, kind, mode, operations, at: now, by, reason });
    const payload = { version: made.version, digest, operations, mode };
    const fields = { actor, application, target: digest, payload, ...(reason === null ? {} : { reason }) };
    events.push(parts.bus.newEvent(schemaEvents.accepted, fields));
    return made;
  });
}

/** Puts an earlier version in force again, as a new one: what was in between stays in the history. */
export async function restore(
  parts: AcceptingParts,
  { application, version }: { readonly application: string; readonly version: number },
  { input, actor }: By<SchemaRestore>,
): Promise<SchemaVersion> {
  const text = await readFragment(tablesOf(parts.db), application, version);
  if (text === null) throw new Refusal('schema-missing');
  const reason = input.reason ?? `version ${version} again`;
  // Written by `accept` as an object.
  return accept(parts, application, {
    input: { ...input, fragment: JSON.parse(text) as Record<string, unknown>, reason },
    actor,
  });
}

export async function setMode(
  parts: ProtectionParts,
  application: string,
  { input: { mode, reason }, actor }: By<SchemaModeInput>,
): Promise<SchemaVersion> {
  return change(parts, async (step) => {
    const current = inForce(await readVersions(step.tx, application));
    if (current === null) throw new Refusal('schema-missing');
    return changeMode(parts, step, { application, current, actor, mode, reason: reason ?? null });
  });
}

interface ModeChange {
  readonly application: string;
  readonly current: SchemaVersion;
  readonly actor: Actor;
  readonly mode: SchemaVersion['mode'];
  readonly reason: string | null;
}

async function changeMode(
  { bus }: Pick<ProtectionParts, 'bus'>,
  { tx, events }: Change,
  { application, current, actor, mode, reason }: ModeChange,
): Promise<SchemaVersion> {
  if (current.mode === mode) return current;
  const { version, digest } = current;
  await writeMode(tx, { application, version, mode });
  const payload = { version, digest, from: current.mode, to: mode };
  const fields = { actor, application, target: digest, payload, ...(reason === null ? {} : { reason }) };
  events.push(bus.newEvent(schemaEvents.modeChanged, fields));
  return { ...current, mode };
}

/** Ends the schema in force; the one before it comes back, or none where all are to end. */
export async function withdraw(parts: ProtectionParts, application: string, { input, actor }: By<SchemaWithdraw>): Promise<void> {
  await change(parts, async ({ tx, now, events }) => {
    const current = inForce(await readVersions(tx, application));
    if (current === null) throw new Refusal('schema-missing');
    const version = input.all === true ? null : current.version;
    await markWithdrawn(tx, { application, version, at: now, by: actorName(actor) });
    const payload = { version: current.version, digest: current.digest, cause: 'operator' as const };
    const reason = input.reason === undefined ? {} : { reason: input.reason };
    const fields = { actor, application, target: current.digest, payload, ...reason };
    events.push(parts.bus.newEvent(schemaEvents.withdrawn, fields));
  });
}
