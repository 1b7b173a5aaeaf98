import { randomBytes } from 'node:crypto';
import type { SecretRef, SecretView } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { Gate } from '../access/gate.ts';
import type { StagedVersions } from '../secrets.ts';
import { createSweep } from '../sweep.ts';
import { DAY_MS } from './due.ts';
import { createEngine, type EngineParts } from './engine.ts';
import { findPlan, readDuePlans } from './plan-store.ts';
import { forgetRotations } from './rotation-store.ts';
import type { Rotations } from './rotations.ts';
import { createRotators, type RotatorOf } from './rotators/rotators.ts';
import { StoredRotations } from './stored-rotations.ts';
import type { RotationTables } from './tables.ts';

const BY_SCHEDULE = { kind: 'system', ref: 'rotation' } as const;
const STARTED_AT_ONCE_MAX = 4;
const WAIT_MS = 20_000;
/** The ledger keeps what happened; this is for lists. */
const KEPT_MS = 400 * DAY_MS;

export interface CreateRotations extends Pick<EngineParts, 'db' | 'bus' | 'clock' | 'log' | 'node'> {
  readonly staged: StagedVersions;
  readonly gate: Gate;
  /** Left out = the real targets. */
  readonly rotatorOf?: RotatorOf;
  /** How long whoever asks for a rotation waits for a target that is away for a moment; left out = 20 s. */
  readonly waitMs?: number;
}

export interface RotationDomain extends AsyncDisposable {
  readonly rotations: Rotations;
  /** For lists of secrets. */
  shown(refs: readonly SecretRef[]): Promise<readonly SecretView['rotation'][]>;
  /** One look at what is due; `start` does so every second. */
  tick(): Promise<void>;
  /** Takes up what an earlier process left, and what becomes due. */
  start(): Promise<void>;
  /** Once a day or so: old history. */
  forgetOld(): Promise<void>;
}

export function createRotations({ staged, gate, waitMs = WAIT_MS, ...parts }: CreateRotations): RotationDomain {
  const { db, clock, log } = parts;
  const tables = () => db.kysely.withTables<RotationTables>();
  const openSecret = async (ref: SecretRef) => (await staged.open(ref, null)).data;
  const rotatorOf = parts.rotatorOf ?? createRotators({ openSecret, clock });
  const engine = createEngine({ ...parts, staged, rotatorOf });
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const sweep = createSweep(() => tick(), { log, words: 'rotations that are due could not be looked at; tried again shortly' });
  const rotations = new StoredRotations({
    ...parts,
    staged,
    waitMs,
    engine,
    gate,
    newId,
    track: async (work) => sweep.track(work),
  });

  const beginDue = async (): Promise<void> => {
    for (const plan of await readDuePlans(tables(), clock.now(), STARTED_AT_ONCE_MAX)) {
      try {
        await rotations.begin(plan, { isDrill: false, cause: 'schedule' }, BY_SCHEDULE);
      } catch (error) {
        // Another node was faster.
        if (!isRefusal(error, 'rotation-running')) throw error;
      }
    }
  };
  const tick = async (): Promise<void> => {
    await beginDue();
    await engine.tick();
  };
  return {
    rotations,
    tick,
    async shown(refs) {
      const plans = await Promise.all(refs.map(async (ref) => findPlan(tables(), ref)));
      return plans.map((plan) =>
        plan === null ? null : { rotator: plan.settings.rotator, everyDays: plan.every_days, nextAt: plan.next_at },
      );
    },
    async start() {
      await engine.recover();
      sweep.start();
    },
    forgetOld: async () => forgetRotations(tables(), clock.now() - KEPT_MS),
    [Symbol.asyncDispose]: async () => sweep[Symbol.asyncDispose](),
  };
}
