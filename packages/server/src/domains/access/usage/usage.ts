import { ADVICE_DAYS_MAX } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import type { Log } from '../../../platform/log.ts';
import {
  addUses,
  forgetBefore,
  noteDay,
  readWindow,
  type CountedUse,
  type UsageTables,
  type UsageWindow,
} from './usage-store.ts';
import { keyOfUse, type Use } from './use.ts';

export const DAY_MS = 86_400_000;
const WRITE_AFTER_MS = 500;
/** Different uses held between two writes. */
const PENDING_MAX = 20_000;

export interface UsageParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Counts who used which right, by the day. What is lost is told, because advice must not call it unused. */
export interface Usage extends AsyncDisposable {
  note(use: Use): void;
  /** The last so many days, today among them, with everything that was noted until now. */
  window(days: number): Promise<UsageWindow>;
  flush(): Promise<void>;
}

interface Batch {
  readonly day: number;
  readonly uses: Map<string, CountedUse>;
  lost: number;
}

export function createUsage(parts: UsageParts): Usage {
  return new CountedUsage(parts);
}

class CountedUsage implements Usage {
  readonly #parts: UsageParts;
  readonly #write;
  #batch: Batch | null = null;
  readonly #full: Batch[] = [];
  #prunedDay = -1;

  constructor(parts: UsageParts) {
    this.#parts = parts;
    this.#write = createDelayedWrite(() => this.#writePending(), WRITE_AFTER_MS);
    // From this day on nothing that is unused was merely not counted.
    this.#batchOf(this.#today());
    this.#write.schedule();
  }

  note(use: Use): void {
    const batch = this.#batchOf(this.#today());
    const key = keyOfUse(use);
    const held = batch.uses.get(key);
    if (held === undefined && batch.uses.size >= PENDING_MAX) batch.lost += 1;
    else batch.uses.set(key, { key, use, count: (held?.count ?? 0) + 1 });
    this.#write.schedule();
  }

  async window(days: number): Promise<UsageWindow> {
    await this.#write.flush();
    const { db } = this.#parts;
    const pending = this.#full.length > 0 || this.#batch !== null;
    const window = await readWindow(db.kysely.withTables<UsageTables>(), this.#today() - days + 1);
    // What could not be written is not known: nothing may be called unused.
    return pending ? { ...window, lost: window.lost + 1 } : window;
  }

  async flush(): Promise<void> {
    await this.#write.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#write.flush();
  }

  #today(): number {
    return Math.floor(this.#parts.clock.now() / DAY_MS);
  }

  #batchOf(day: number): Batch {
    if (this.#batch !== null && this.#batch.day !== day) {
      this.#full.push(this.#batch);
      this.#batch = null;
    }
    this.#batch ??= { day, uses: new Map(), lost: 0 };
    return this.#batch;
  }

  /** A batch that cannot be written is kept and tried again; it holds a bounded number of uses. */
  async #writePending(): Promise<void> {
    if (this.#batch !== null) this.#full.push(this.#batch);
    this.#batch = null;
    while (this.#full.length > 0) {
      // The loop's own condition.
      const batch = this.#full[0]!;
      try {
        await this.#writeOne(batch);
        this.#full.shift();
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'uses of rights were not counted yet');
        this.#merge();
        return;
      }
    }
  }

  async #writeOne(batch: Batch): Promise<void> {
    await this.#parts.db.transaction(async ({ kysely }) => {
      const tx = kysely.withTables<UsageTables>();
      const lost = await addUses(tx, batch.day, [...batch.uses.values()]);
      await noteDay(tx, batch.day, batch.lost + lost);
      if (this.#prunedDay !== batch.day) await forgetBefore(tx, batch.day - ADVICE_DAYS_MAX);
    });
    this.#prunedDay = batch.day;
  }

  /** While the database is away batches of one day become one, so that what waits stays bounded. */
  #merge(): void {
    const byDay = new Map<number, Batch>();
    for (const batch of this.#full.splice(0)) {
      const held = byDay.get(batch.day);
      if (held === undefined) byDay.set(batch.day, batch);
      else join(held, batch);
    }
    this.#full.push(...byDay.values());
  }
}

function join(into: Batch, from: Batch): void {
  into.lost += from.lost;
  for (const [key, counted] of from.uses) {
    const held = into.uses.get(key);
    if (held === undefined && into.uses.size >= PENDING_MAX) into.lost += 1;
    else into.uses.set(key, { ...counted, count: counted.count + (held?.count ?? 0) });
  }
}
