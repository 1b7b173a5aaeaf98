import { behaviourIdSchema } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import type { Log } from '../../../platform/log.ts';
import type { Hits } from '../watch/watch.ts';
import { addBehaviourHits } from './behaviour-settings.ts';
import { addHits } from './rule-store.ts';
import type { RuleTables } from './tables.ts';

const WRITE_AFTER_MS = 3000;
/** Rules and behaviours that hit since the last write; the whole set is smaller. */
const DETECTORS_MAX = 50_000;

export interface HitCounts {
  take(hits: readonly Hits[]): void;
  /** Writes now what waits. */
  flush(): Promise<void>;
}

/** Counts of hits on their way to the database. What cannot be written waits and is added to what comes. */
export function createHitCounts({ db, log }: { readonly db: Database; readonly log: Log }): HitCounts {
  let waiting = new Map<string, Hits>();
  const take = (hits: readonly Hits[]): void => {
    for (const { detector, hits: count, lastAt } of hits) {
      const known = waiting.get(detector);
      if (known === undefined && waiting.size >= DETECTORS_MAX) continue;
      waiting.set(detector, { detector, hits: count + (known?.hits ?? 0), lastAt: Math.max(lastAt, known?.lastAt ?? 0) });
    }
  };
  const write = async (): Promise<void> => {
    if (waiting.size === 0) return;
    const taken = [...waiting.values()];
    waiting = new Map();
    try {
      await db.transaction(async ({ kysely }) => {
        const tx = kysely.withTables<RuleTables>();
        await addHits(tx, taken);
        for (const { detector, ...hit } of taken) {
          const id = behaviourIdSchema.safeParse(detector);
          if (id.success) await addBehaviourHits(tx, id.data, hit);
        }
      });
    } catch (error) {
      log.warn({ err: error }, 'hits of rules could not be counted yet; they are kept and written later');
      take(taken);
      delayed.schedule();
    }
  };
  const delayed = createDelayedWrite(write, WRITE_AFTER_MS);
  return {
    take(hits) {
      take(hits);
      if (waiting.size > 0) delayed.schedule();
    },
    flush: async () => delayed.flush(),
  };
}
