import type { SecretData, SecretRef } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { StagedVersions } from '../secrets.ts';
import { refOf } from '../store/step.ts';
import { moveRotation } from './rotation-store.ts';
import type { RotationJob, Rotator } from './rotator.ts';
import type { RotatorOf } from './rotators/rotators.ts';
import type { RotationRow, RotationTables } from './tables.ts';

/** As long as any step takes, and more: after it another node takes over from one that is gone. */
const CLAIM_MS = 90_000;

export interface StepParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly staged: StagedVersions;
  readonly rotatorOf: RotatorOf;
}

/** Another process works on it by now: whatever this one was about to write is not written. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
}

type Change = Parameters<typeof moveRotation>[2];

/** One rotation in the hands of this process: what it needs of its secret, read once, and its way from step to step. */
export class RotationRun {
  readonly #parts: StepParts;
  /** The credential of a drill: it is thrown away, so it stands nowhere but here. */
  #drill: SecretData | null = null;
  #next: SecretData | null = null;
  #current: SecretData | null | undefined = undefined;
  row: RotationRow;

  constructor(parts: StepParts, row: RotationRow) {
    this.#parts = parts;
    this.row = row;
  }

  get ref(): SecretRef {
    return refOf(this.row);
  }

  get rotator(): Rotator {
    return this.#parts.rotatorOf(this.row.settings.rotator);
  }

  async job(): Promise<RotationJob> {
    const { id, settings, is_drill: isDrill, facts, old_version: oldVersion } = this.row;
    this.#current ??= oldVersion === null ? null : await this.#openOrNull(oldVersion);
    return { id, settings, isDrill, facts, oldVersion, ref: this.ref, current: this.#current };
  }

  /** The new credential; null = of a drill that another process began, whose credential died with it. */
  async next(): Promise<SecretData | null> {
    if (this.row.is_drill) return this.#drill;
    const { new_version: version } = this.row;
    if (version === null) throw new Error('assertion: it is staged before it is set');
    return (this.#next ??= (await this.#parts.staged.open(this.ref, version)).data);
  }

  keepForDrill(data: SecretData): void {
    this.#drill = data;
  }

  /** Writes where it is now, together with whatever `also` does: one commit or none. */
  async move(change: Change, also: (tx: Transaction) => Promise<Change | undefined> = async () => undefined): Promise<void> {
    const { db, clock } = this.#parts;
    this.row = await db.transaction(async (tx) => {
      const more = await also(tx);
      const now = clock.now();
      const all = { trouble: null, attempts: 0, due_at: now, claimed_until: now + CLAIM_MS, ...change, ...more };
      const moved = await moveRotation(tx.kysely.withTables<RotationTables>(), this.row, all);
      if (moved === null) throw new LostClaim();
      return moved;
    });
  }

  async #openOrNull(version: number): Promise<SecretData | null> {
    try {
      return (await this.#parts.staged.open(this.ref, version)).data;
    } catch (error) {
      // Deleted or destroyed meanwhile: what it held is not known any more.
      if (isRefusal(error, 'not-found')) return null;
      throw error;
    }
  }
}

export const claimUntil = (now: number): number => now + CLAIM_MS;
