import { rotationEvents } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import type { Log } from '../../../platform/log.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import { about } from '../ref.ts';
import { claimRotation, readDueRotations, releaseClaims } from './rotation-store.ts';
import { claimUntil, LostClaim, RotationRun, type StepParts } from './step.ts';
import { performStep } from './steps.ts';
import type { RotationTables } from './tables.ts';
import { troubleOf, waitMs, type Trouble } from './trouble.ts';

const BY_ROTATION = { kind: 'system', ref: 'rotation' } as const;
/** A target that is away for a moment must not cost a rotation; one that stays away must not hold a new password for long. */
const TRIES_AWAY_MAX = 3;
/** What is ours comes back: nothing was published meanwhile, so waiting costs nothing. */
const TRIES_OURS_MAX = 10;
/** After this many tries somebody is told that an old credential is still alive. */
const TRIES_TOLD = 3;
/** At one look; the next is a second later. */
const AT_ONCE_MAX = 4;

export interface EngineParts extends StepParts {
  readonly log: Log;
  readonly node: string;
}

/** Moves rotations on. Any number of nodes may do so at once: each rotation is in the hands of one. */
export interface Engine {
  /** As far as it goes now. */
  run(id: string): Promise<void>;
  /** All that are due. */
  tick(): Promise<void>;
  /** What an earlier process of this node held is free again. */
  recover(): Promise<void>;
}

export function createEngine(parts: EngineParts): Engine {
  return new RotationEngine(parts);
}

class RotationEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #holder: string;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#holder = `${parts.node}:${randomBytes(8).toString('hex')}`;
  }

  async recover(): Promise<void> {
    await releaseClaims(this.#db(), this.#parts.node);
  }

  async run(id: string): Promise<void> {
    const now = this.#parts.clock.now();
    const row = await claimRotation(this.#db(), { holder: this.#holder, now, until: claimUntil(now) }, id);
    if (row !== null) await this.#work(new RotationRun(this.#parts, row));
  }

  async tick(): Promise<void> {
    const due = await readDueRotations(this.#db(), this.#parts.clock.now(), AT_ONCE_MAX);
    // At the same time: a target that hangs must not hold up the others.
    await Promise.all(due.map(async (id) => this.run(id)));
  }

  async #work(run: RotationRun): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      while (run.row.finished_at === null && run.row.due_at <= clock.now()) await this.#step(run);
      // Free for whoever is there when it is due.
      if (run.row.finished_at === null) await run.move({ ...standing(run), claim: null, claimed_until: null });
    } catch (error) {
      if (error instanceof LostClaim) return;
      // The claim runs out, and then it is tried again from what is written down.
      log.warn({ err: error, rotation: run.row.id }, 'a rotation waits: where it is could not be written');
    }
  }

  async #step(run: RotationRun): Promise<void> {
    const { step } = run.row;
    try {
      await performStep(this.#parts, run);
    } catch (error) {
      if (error instanceof LostClaim) throw error;
      const trouble = troubleOf(error);
      const { id: rotation, settings } = run.row;
      this.#parts.log.warn({ err: error, rotation, step, rotator: settings.rotator }, 'a step of a rotation failed');
      await this.#failed(run, trouble);
    }
    faultPoint(`rotation:${step}:end`);
  }

  async #failed(run: RotationRun, { words, kind }: Trouble): Promise<void> {
    const { bus, clock } = this.#parts;
    const { id: rotation, step, attempts, is_drill: isDrill, settings } = run.row;
    const { rotator } = settings;
    const again = { trouble: words, attempts: attempts + 1, due_at: clock.now() + waitMs(attempts) };
    if (step === 'overlap' || step === 'retire' || step === 'undo') {
      // Nothing else can be done: the target must hear of it one day. What failed first stays its trouble.
      const trouble = step === 'undo' ? (run.row.trouble ?? words) : words;
      return run.move({ ...again, trouble }, async (tx) => {
        if (attempts + 1 !== TRIES_TOLD) return undefined;
        const payload = { rotation, rotator, step, trouble: words };
        await bus.publish(tx, [
          bus.newEvent(rotationEvents.delayed, { actor: BY_ROTATION, ...about(run.ref), outcome: 'failed', payload }),
        ]);
        return undefined;
      });
    }
    if ((kind === 'away' && attempts + 1 < TRIES_AWAY_MAX) || (kind === 'ours' && attempts + 1 < TRIES_OURS_MAX))
      return run.move(again);
    return run.move({ step: 'undo', failed_step: step, trouble: words }, async (tx) => {
      const payload = { rotation, rotator, isDrill, step, trouble: words };
      await bus.publish(tx, [
        bus.newEvent(rotationEvents.failed, { actor: BY_ROTATION, ...about(run.ref), outcome: 'failed', payload }),
      ]);
      return undefined;
    });
  }

  #db() {
    return this.#parts.db.kysely.withTables<RotationTables>();
  }
}

/** Where it is, unchanged. */
const standing = ({ row: { trouble, attempts, due_at } }: RotationRun) => ({ trouble, attempts, due_at });
