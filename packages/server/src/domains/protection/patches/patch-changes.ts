import {
  PATCHES_MAX,
  PATCHES_PER_APPLICATION_MAX,
  patchEvents,
  type PatchEnforce,
  type PatchInput,
  type PatchRemove,
  type PatchRestore,
  type PatchTest,
} from '@holdfast/contract';
import { compilePatch } from '@holdfast/inspect';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { change, type Change, type ProtectionParts } from '../change.ts';
import type { ProtectionDb } from '../tables.ts';
import { forgetHits } from './hit-store.ts';
import { isSameRule, WARN_BEFORE_MS, whyNotEnforce } from './patch-rules.ts';
import { countAllLive, countLive, findLiveByFinding, insertPatch, replacePatch, type Patch } from './patch-store.ts';

const DAY_MS = 86_400_000;

/** A change of one patch, and in whose name. */
export interface By<Input> {
  readonly patch: Patch;
  readonly input: Input;
  readonly actor: Actor;
}

/** Nobody else may have changed it since it was read. */
export async function savePatch(step: Change, before: Patch, next: Partial<Patch> & { readonly by: Actor }): Promise<Patch> {
  const { by, ...fields } = next;
  const changed = { ...before, ...fields, changedAt: step.now, changedBy: actorName(by) };
  if (!(await replacePatch(step.tx, before, changed))) throw new Refusal('precondition-failed');
  return changed;
}

export const aboutPatch = ({ id, application }: Patch, actor: Actor, reason: string | null = null) => ({
  actor,
  application,
  target: id,
  ...(reason === null ? {} : { reason }),
});

/** Refuses what no gateway could hold to, with a pointer to each fault. */
export function refuseUnreadable(input: PatchInput): void {
  const result = compilePatch({ ...input, id: 'new' });
  if (result.kind === 'refused') throw new Refusal('input-invalid', { errors: [...result.faults] });
}

/** Answers with the id: of a new patch, or of the live one of the same finding. */
export async function addPatch(parts: ProtectionParts, input: PatchInput, actor: Actor): Promise<string> {
  return change(parts, async (step) => {
    const { finding, application } = input;
    const before = finding === null ? null : await findLiveByFinding(step.tx, application, finding);
    const saved =
      before === null ? await insert(parts, step, { input, actor }) : await renew(step, { patch: before, input, actor });
    const { id, method, route, location, parameter, match, source, expiresAt } = saved;
    const place = { method, route: route.slice(0, 512), location, parameter };
    const payload = { patch: id, ...place, kind: match.kind, finding, source, renewed: before !== null, expiresAt };
    const subject = `patch:${id}`;
    step.events.push(parts.bus.newEvent(patchEvents.added, { ...aboutPatch(saved, actor, input.reason), subject, payload }));
    return id;
  });
}

/** More would not fit into a snapshot, and then no change of anything would reach a gateway. */
async function refuseTooMany(tx: ProtectionDb, application: string): Promise<void> {
  const isFull = (await countLive(tx, application)) >= PATCHES_PER_APPLICATION_MAX;
  if (!isFull && (await countAllLive(tx)) < PATCHES_MAX) return;
  const detail = isFull ? `an application has at most ${PATCHES_PER_APPLICATION_MAX} patches` : `at most ${PATCHES_MAX} patches`;
  throw new Refusal('conflict', { errors: [{ pointer: '/application', detail }] });
}

async function insert(
  parts: ProtectionParts,
  { tx, now }: Change,
  { input, actor }: { readonly input: PatchInput; readonly actor: Actor },
): Promise<Patch> {
  await refuseTooMany(tx, input.application);
  const patch = draftOf(input, { id: parts.newId(), now, by: actorName(actor) });
  await insertPatch(tx, patch);
  return patch;
}

/** One that only records, as it would be made. */
export function draftOf(
  { days, ...rule }: PatchInput,
  { id, now, by = '' }: { readonly id: string; readonly now: number; readonly by?: string },
): Patch {
  return {
    ...rule,
    id,
    state: 'detect',
    was: 'detect',
    createdAt: now,
    createdBy: by,
    changedAt: now,
    changedBy: by,
    definedAt: now,
    expiresAt: now + days * DAY_MS,
    warned: false,
    test: null,
    revision: 1,
  };
}

/**
 * The same rule again lasts longer, in the state that it has. Another rule for the same finding takes the place of one that only
 * records; one that refuses stays as it is, because whoever tells findings must not be able to open what a person closed.
 */
async function renew(step: Change, { patch, input, actor }: By<PatchInput>): Promise<Patch> {
  const { days, ...rule } = input;
  const expiresAt = Math.max(patch.expiresAt, step.now + days * DAY_MS);
  const lasting = { expiresAt, warned: patch.warned && expiresAt - step.now <= WARN_BEFORE_MS, reason: rule.reason, by: actor };
  if (isSameRule(patch, rule)) return savePatch(step, patch, lasting);
  if (patch.state === 'enforce') {
    const detail = `${patch.id} enforces another rule for it: remove that first, or let it only record`;
    throw new Refusal('conflict', { errors: [{ pointer: '/finding', detail }] });
  }
  await forgetHits(step.tx, patch.id);
  return savePatch(step, patch, { ...rule, ...lasting, test: null, definedAt: step.now });
}

export async function keepTest(parts: ProtectionParts, { patch, input: test, actor }: By<PatchTest>): Promise<void> {
  await change({ ...parts, changed: () => undefined }, async (step) => {
    await savePatch(step, patch, { test, by: actor });
    const { verdict, touchedEstablished, cap, live, recent, stored } = test;
    const touched = live.honest + recent.touched + stored.touched;
    const payload = { patch: patch.id, verdict, touched, touchedEstablished, cap };
    step.events.push(parts.bus.newEvent(patchEvents.tested, { ...aboutPatch(patch, actor), payload }));
  });
}

export async function enforcePatch(parts: ProtectionParts, { patch, input, actor }: By<PatchEnforce>): Promise<void> {
  const { force, reason = null } = input;
  if (patch.state === 'enforce') return;
  if (force && reason === null)
    throw new Refusal('input-invalid', { errors: [{ pointer: '/reason', detail: 'is needed with force' }] });
  const missing = whyNotEnforce(patch, parts.clock.now());
  if (missing.length > 0 && !force) {
    const refused = { ...aboutPatch(patch, actor), outcome: 'refused' as const, payload: { patch: patch.id, missing } };
    await parts.bus.record(parts.bus.newEvent(patchEvents.refused, refused));
    throw new Refusal('patch-not-ready', { errors: missing.map((detail) => ({ pointer: '/test', detail })) });
  }
  await change(parts, async (step) => {
    await savePatch(step, patch, { state: 'enforce', was: 'enforce', by: actor });
    const payload = { patch: patch.id, finding: patch.finding, forced: missing.length > 0, missing };
    step.events.push(parts.bus.newEvent(patchEvents.enforced, { ...aboutPatch(patch, actor, reason), payload }));
  });
}

export async function recordPatch(parts: ProtectionParts, { patch, input, actor }: By<PatchRemove>): Promise<void> {
  if (patch.state !== 'enforce') return;
  await change(parts, async (step) => {
    await savePatch(step, patch, { state: 'detect', was: 'detect', by: actor });
    const payload = { patch: patch.id, finding: patch.finding };
    step.events.push(parts.bus.newEvent(patchEvents.recording, { ...aboutPatch(patch, actor, input.reason), payload }));
  });
}

export async function removePatch(parts: ProtectionParts, { patch, input, actor }: By<PatchRemove>): Promise<void> {
  await change(parts, async (step) => {
    await savePatch(step, patch, { state: 'removed', by: actor });
    const payload = { patch: patch.id, finding: patch.finding, cause: 'operator' as const, was: patch.state };
    step.events.push(parts.bus.newEvent(patchEvents.removed, { ...aboutPatch(patch, actor, input.reason), payload }));
  });
}

/** A mistake is undone whole. What ran out of time comes back with a new end, and only records until somebody looked again. */
export async function restorePatch(parts: ProtectionParts, { patch, input, actor }: By<PatchRestore>): Promise<void> {
  const { days, reason = null } = input;
  await change(parts, async (step) => {
    const isOver = patch.expiresAt <= step.now;
    if (isOver && days === undefined)
      throw new Refusal('input-invalid', { errors: [{ pointer: '/days', detail: 'is needed: it had run out of time' }] });
    const again = patch.finding === null ? null : await findLiveByFinding(step.tx, patch.application, patch.finding);
    if (again !== null)
      throw new Refusal('conflict', { errors: [{ pointer: '/finding', detail: `${again.id} is there for it already` }] });
    await refuseTooMany(step.tx, patch.application);
    const expiresAt = days === undefined ? patch.expiresAt : step.now + days * DAY_MS;
    const state = isOver || patch.state === 'expired' ? 'detect' : patch.was;
    const kept = { state, was: state, expiresAt, warned: false } as const;
    const saved = await savePatch(step, patch, { ...kept, test: isOver ? null : patch.test, by: actor });
    const payload = { patch: patch.id, state: saved.state, expiresAt };
    step.events.push(parts.bus.newEvent(patchEvents.restored, { ...aboutPatch(patch, actor, reason), payload }));
  });
}
