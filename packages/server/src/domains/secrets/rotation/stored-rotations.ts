import { setTimeout as sleep } from 'node:timers/promises';
import {
  PAGE_ITEMS_MAX,
  rotationEvents,
  rotationPlanInputSchema,
  type Page,
  type Rotation,
  type RotationPlan,
  type RotationPlanInput,
  type RotatorSettings,
  type SecretRef,
} from '@holdfast/contract';
import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Gate } from '../access/gate.ts';
import { about, refText } from '../ref.ts';
import type { SecretCaller, StagedVersions } from '../secrets.ts';
import { findEntry } from '../store/entry-store.ts';
import { refOf } from '../store/step.ts';
import type { SecretTables } from '../store/tables.ts';
import { assertWebhookUrl } from '../targets/webhook.ts';
import { nextDue } from './due.ts';
import type { Engine, EngineParts } from './engine.ts';
import { deletePlan, findPlan, readPlans, savePlan, toPlan } from './plan-store.ts';
import { endOverlap, findRotation, findRunning, insertRotation, readRotations, toRotation } from './rotation-store.ts';
import type { PartsOfRef, RotationListQuery, Rotations, RotationWish } from './rotations.ts';
import type { PlanRow, RotationRow, RotationTables } from './tables.ts';
import { TargetFault } from '../targets/target-fault.ts';

const PLANS_MAX = 5000;
/** How often it is looked at while a target that was away may be back. */
const LOOK_MS = 200;
/** A step at a target that hangs is left to itself after this. */
const RUN_MS = 20_000;

export interface RotationsParts extends Pick<EngineParts, 'db' | 'bus' | 'clock'> {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly staged: Pick<StagedVersions, 'assertPossible'>;
  readonly newId: () => string;
  /** How long whoever asked waits for a target that is away for a moment. */
  readonly waitMs: number;
  /** What is under way in this process: closing waits for it. */
  readonly track: (work: Promise<void>) => Promise<void>;
}

export class StoredRotations implements Rotations {
  readonly #parts: RotationsParts;

  constructor(parts: RotationsParts) {
    this.#parts = parts;
  }

  async plans(query: PartsOfRef, caller: SecretCaller): Promise<readonly RotationPlan[]> {
    const plans: RotationPlan[] = [];
    for (const row of await readPlans(this.#db(), query, PLANS_MAX))
      if (await this.#mayKnow(row, caller)) plans.push(toPlan(row));
    return plans;
  }

  async plan(ref: SecretRef, caller: SecretCaller): Promise<RotationPlan | null> {
    await this.#parts.gate.assertMay(ref, 'secret:read', caller);
    const row = await findPlan(this.#db(), ref);
    return row === null ? null : toPlan(row);
  }

  async setPlan(input: RotationPlanInput, caller: SecretCaller): Promise<RotationPlan> {
    const { settings, everyDays, overlapSeconds, ...ref } = rotationPlanInputSchema.parse(input);
    const { db, bus, clock, gate, staged } = this.#parts;
    await gate.assertMay(ref, 'secret:rotate', caller);
    const uses = usedBy(settings);
    // Whoever sets it up has Holdfast use that secret for them: they must be allowed to read it.
    if (uses !== null) await gate.assertMay(uses, 'secret:reveal', caller);
    assertSettings(settings);
    staged.assertPossible();
    if ((await findEntry(db.kysely.withTables<SecretTables>(), ref)) === null) throw new Refusal('not-found');
    const now = clock.now();
    const { actor } = caller.principal;
    const row: PlanRow = {
      ...ref,
      settings,
      every_days: everyDays,
      overlap_ms: overlapSeconds * 1000,
      next_at: nextDue(everyDays, now),
      failures: 0,
      changed_at: now,
      changed_by: `${actor.kind}:${actor.ref}`,
    };
    await db.transaction(async (tx) => {
      await savePlan(tx.kysely.withTables<RotationTables>(), row);
      const payload = { rotator: settings.rotator, everyDays, overlapSeconds, uses: uses === null ? null : refText(uses) };
      await bus.publish(tx, [bus.newEvent(rotationEvents.planned, { actor, ...about(ref), payload })]);
    });
    return toPlan(row);
  }

  async removePlan(ref: SecretRef, caller: SecretCaller): Promise<void> {
    const { db, bus, gate } = this.#parts;
    await gate.assertMay(ref, 'secret:rotate', caller);
    await db.transaction(async (tx) => {
      const tables = tx.kysely.withTables<RotationTables>();
      const plan = await findPlan(tables, ref);
      if (plan === null) throw new Refusal('rotation-missing');
      await deletePlan(tables, ref);
      const payload = { rotator: plan.settings.rotator };
      const { actor } = caller.principal;
      await bus.publish(tx, [bus.newEvent(rotationEvents.unplanned, { actor, ...about(ref), payload })]);
    });
  }

  async start(ref: SecretRef, { now = false, drill = false }: RotationWish, caller: SecretCaller): Promise<Rotation> {
    const { engine, gate, staged, track } = this.#parts;
    await gate.assertMay(ref, 'secret:rotate', caller);
    staged.assertPossible();
    const plan = await findPlan(this.#db(), ref);
    if (plan === null) throw new Refusal('rotation-missing');
    const running = await findRunning(this.#db(), ref);
    if (running?.step === 'overlap' && now) {
      await endOverlap(this.#db(), running.id, this.#parts.clock.now());
      await track(engine.run(running.id));
    }
    const overlapMs = now ? 0 : plan.overlap_ms;
    const id = await this.begin({ ...plan, overlap_ms: overlapMs }, { isDrill: drill, cause: 'asked' }, caller.principal.actor);
    return this.#follow(id);
  }

  /** Until it is published or over, also past a target that was away for a moment. */
  async #follow(id: string): Promise<Rotation> {
    const { engine, track, waitMs } = this.#parts;
    const endAt = performance.now() + waitMs;
    for (;;) {
      await atMost(track(engine.run(id)), RUN_MS);
      const row = await findRotation(this.#db(), id);
      if (row === null) throw new Refusal('not-found');
      const isSettled = row.finished_at !== null || row.published_at !== null;
      if (isSettled || performance.now() >= endAt) return toRotation(row);
      await sleep(LOOK_MS);
    }
  }

  /** Writes down that it begins; whoever is free works on it. */
  async begin(
    plan: PlanRow,
    { isDrill, cause }: { readonly isDrill: boolean; readonly cause: Rotation['cause'] },
    actor: SecretCaller['principal']['actor'],
  ): Promise<string> {
    const { db, bus, clock, newId } = this.#parts;
    const id = newId();
    const row = newRotation(plan, { id, isDrill, cause, startedAt: clock.now(), startedBy: `${actor.kind}:${actor.ref}` });
    const overlapSeconds = Math.round(plan.overlap_ms / 1000);
    const payload = { rotation: id, rotator: plan.settings.rotator, isDrill, cause, overlapSeconds };
    try {
      await db.transaction(async (tx) => {
        await insertRotation(tx.kysely.withTables<RotationTables>(), row);
        await bus.publish(tx, [bus.newEvent(rotationEvents.started, { actor, ...about(refOf(plan)), payload })]);
      });
    } catch (error) {
      if (isUniqueViolation(error, 'secret_rotation_running')) throw new Refusal('rotation-running');
      throw error;
    }
    return id;
  }

  async list(query: RotationListQuery, caller: SecretCaller): Promise<Page<Rotation>> {
    const most = Math.min(query.limit, PAGE_ITEMS_MAX);
    const rows = await readRotations(this.#db(), { ...query, limit: most + 1 });
    const page = rows.slice(0, most);
    const items: Rotation[] = [];
    for (const row of page) if (await this.#mayKnow(row, caller)) items.push(toRotation(row));
    return { items, next: rows.length > most ? (page.at(-1)?.id ?? null) : null };
  }

  async find(id: string, caller: SecretCaller): Promise<Rotation | null> {
    const row = await findRotation(this.#db(), id);
    return row !== null && (await this.#mayKnow(row, caller)) ? toRotation(row) : null;
  }

  async #mayKnow(row: SecretRef, caller: SecretCaller): Promise<boolean> {
    return (await this.#parts.gate.judge(refOf(row), 'secret:read', caller)) === 'allowed';
  }

  #db() {
    return this.#parts.db.kysely.withTables<RotationTables>();
  }
}

/** The secret that a rotator needs beside the one that it rotates. */
function usedBy(settings: RotatorSettings): SecretRef | null {
  if ('admin' in settings) return settings.admin;
  return 'signing' in settings ? settings.signing : null;
}

function assertSettings(settings: RotatorSettings): void {
  if (settings.rotator !== 'webhook') return;
  try {
    assertWebhookUrl(settings.url);
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    throw new Refusal('input-invalid', { errors: [{ pointer: '/settings/url', detail: error.message }] });
  }
}

const UNTOUCHED = {
  step: 'prepare',
  facts: {},
  old_version: null,
  new_version: null,
  verified_ms: null,
  published_at: null,
  overlap_until: null,
  failed_step: null,
  trouble: null,
  attempts: 0,
  claim: null,
  claimed_until: null,
  outcome: null,
  finished_at: null,
} as const satisfies Partial<RotationRow>;

function newRotation(
  plan: PlanRow,
  given: {
    readonly id: string;
    readonly isDrill: boolean;
    readonly cause: Rotation['cause'];
    readonly startedAt: number;
    readonly startedBy: string;
  },
): RotationRow {
  const { id, isDrill, cause, startedAt, startedBy } = given;
  const { settings, overlap_ms } = plan;
  const when = { started_at: startedAt, started_by: startedBy, due_at: startedAt };
  return { ...UNTOUCHED, ...refOf(plan), ...when, id, settings, overlap_ms, is_drill: isDrill, cause };
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
