import { rotationEvents, type RotationStep } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import { about } from '../ref.ts';
import { findEntry, lockEntry } from '../store/entry-store.ts';
import type { SecretTables } from '../store/tables.ts';
import { TargetFault } from '../targets/target-fault.ts';
import { finishPlan } from './finish-plan.ts';
import type { RotationRun, StepParts } from './step.ts';

const BY_ROTATION = { kind: 'system', ref: 'rotation' } as const;
/** Before these nothing was told to the target. */
const INSIDE: ReadonlySet<RotationStep> = new Set(['prepare', 'stage']);

/** What each step does. It may have been done before, wholly or in part: a killed process does not know. */
export async function performStep(parts: StepParts, run: RotationRun): Promise<void> {
  const { step } = run.row;
  faultPoint(`rotation:${step}:begin`);
  switch (step) {
    case 'prepare':
      return prepare(parts, run);
    case 'stage':
      return stage(parts, run);
    case 'set':
      await run.rotator.set(await run.job(), await nextOf(run));
      faultPoint('rotation:set:effect');
      return run.move({ step: 'verify' });
    case 'verify':
      return verify(parts, run);
    case 'publish':
      return publish(parts, run);
    case 'overlap':
      return run.move({ step: 'retire' });
    case 'retire':
      await run.rotator.retire(await run.job(), await nextOf(run));
      faultPoint('rotation:retire:effect');
      return finish(parts, run);
    case 'undo':
      await undo(run);
      faultPoint('rotation:undo:effect');
      return finish(parts, run);
    case 'done':
      throw new Error('assertion: what is finished is claimed by nobody');
  }
}

async function nextOf(run: RotationRun) {
  const next = await run.next();
  if (next === null) throw new TargetFault('the drill was interrupted');
  return next;
}

/** What is current now is what this rotation replaces; anything else that is written meanwhile ends it. */
async function prepare({ db }: StepParts, run: RotationRun): Promise<void> {
  const entry = await findEntry(db.kysely.withTables<SecretTables>(), run.ref);
  const oldVersion = entry === null || entry.current_version === 0 ? null : entry.current_version;
  run.row = { ...run.row, old_version: oldVersion };
  await run.rotator.check(await run.job());
  await run.move({ step: 'stage', old_version: oldVersion });
}

async function stage({ staged }: StepParts, run: RotationRun): Promise<void> {
  const { data, facts } = await run.rotator.make(await run.job());
  const change = { step: 'set', facts: JSON.stringify(facts) } as const;
  if (run.row.is_drill) {
    run.keepForDrill(data);
    return run.move(change);
  }
  const note = `rotation ${run.row.id}`;
  await run.move(change, async (tx) => ({ new_version: await staged.stage(tx, run.ref, { data, note }) }));
  faultPoint('rotation:stage:commit');
}

async function verify({ clock }: StepParts, run: RotationRun): Promise<void> {
  await run.rotator.verify(await run.job(), await nextOf(run));
  faultPoint('rotation:verify:effect');
  const verifiedMs = Math.max(0, clock.now() - run.row.started_at);
  await run.move({ step: run.row.is_drill ? 'undo' : 'publish', verified_ms: verifiedMs });
}

async function publish({ bus, clock, staged }: StepParts, run: RotationRun): Promise<void> {
  const {
    id,
    settings,
    new_version: newVersion,
    old_version: oldVersion,
    overlap_ms: overlapMs,
    verified_ms: verifiedMs,
  } = run.row;
  if (newVersion === null || verifiedMs === null) throw new Error('assertion: only what was staged and verified is published');
  await run.move({ step: 'overlap' }, async (tx) => {
    const entry = await lockEntry(tx.kysely.withTables<SecretTables>(), run.ref);
    if ((entry?.current_version ?? 0) !== (oldVersion ?? 0)) throw new TargetFault('somebody else wrote a version meanwhile');
    await staged.publish(tx, run.ref, newVersion);
    const now = clock.now();
    const overlapUntil = now + overlapMs;
    const payload = { rotation: id, rotator: settings.rotator, oldVersion, newVersion, overlapUntil, verifiedMs };
    await bus.publish(tx, [bus.newEvent(rotationEvents.published, { actor: BY_ROTATION, ...about(run.ref), payload })]);
    return { published_at: now, overlap_until: overlapUntil, due_at: overlapUntil };
  });
  faultPoint('rotation:publish:commit');
}

async function undo(run: RotationRun): Promise<void> {
  const { failed_step: failedStep } = run.row;
  if (failedStep === null || !INSIDE.has(failedStep)) await run.rotator.undo(await run.job());
}

async function finish({ bus, clock, staged }: StepParts, run: RotationRun): Promise<void> {
  const { id, settings, is_drill: isDrill, verified_ms: verifiedMs, failed_step: failedStep, new_version: newVersion } = run.row;
  const outcome = failedStep === null ? 'done' : 'rolled-back';
  const finishedAt = clock.now();
  const { trouble } = run.row;
  const change = { step: 'done', outcome, finished_at: finishedAt, claim: null, claimed_until: null } as const;
  await run.move({ ...change, trouble: failedStep === null ? null : trouble }, async (tx) => {
    if (failedStep !== null && newVersion !== null) await discard(tx, () => staged.discard(tx, run.ref, newVersion));
    if (!isDrill) await finishPlan(tx, run.row, { isDone: failedStep === null, now: finishedAt });
    if (failedStep !== null) return undefined;
    const payload = { rotation: id, rotator: settings.rotator, isDrill, verifiedMs };
    await bus.publish(tx, [bus.newEvent(rotationEvents.finished, { actor: BY_ROTATION, ...about(run.ref), payload })]);
    return undefined;
  });
}

/** The secret may be gone with all its versions, or somebody destroyed this one. */
async function discard(_tx: Transaction, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isRefusal(error, 'not-found') && !isRefusal(error, 'secret-changed')) throw error;
  }
}
