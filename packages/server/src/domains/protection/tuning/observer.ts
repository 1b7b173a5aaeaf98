import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { ProtectionTables } from '../tables.ts';
import { clientName } from './household.ts';
import { createRouteFolder } from './learned-routes.ts';
import { addSeen, newBatch, type Batch, type PendingVector } from './pending.ts';
import { remember } from './remember.ts';
import { clientKey, prune, writeBatch } from './vector-store.ts';
import type { Vault } from './vault.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import { cardOfPlace, KEY_CHARS, readRequest, type Seen } from './vectors.ts';

const WRITE_AFTER_MS = 1000;
const PRUNE_EVERY_MS = 60_000;

export interface ObserverParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  /** Told of every request as it is seen, and of refused ones once it is known whether their client is established. */
  readonly onRequest: (seen: Seen) => void;
  readonly onBlocked: (vector: PendingVector, isEstablished: boolean) => void;
}

export interface Observer extends AsyncDisposable {
  observe(event: EventRecord): void;
  flush(): Promise<void>;
  dropped(): number;
}

/**
 * Counts what tuning learns from, in batches: memory is bounded, a crash or a database that is away costs advice and no
 * evidence, and the gateway never waits.
 */
export function createObserver({ db, clock, vault, onRequest, onBlocked }: ObserverParts): Observer {
  let batch = newBatch();
  let droppedCount = 0;
  let prunedAt = 0;
  const clientOf = remember((address) => clientName(vault, address));
  const folder = createRouteFolder({ db, clock });
  const routes = new Map<string, (path: string) => string>();
  const routeOf = (application: string, path: string): string => {
    const known = routes.get(application) ?? remember((text) => folder.fold(application, text));
    routes.set(application, known);
    return known(path);
  };
  const cardOf = remember((place) => cardOfPlace(vault.pseudonym(`place ${place}`)));
  const keyOf = (shape: string): string => vault.pseudonym(`shape ${shape}`).slice(0, KEY_CHARS);

  const writeOne = async (full: Batch): Promise<Set<string>> =>
    db.transaction(async ({ kysely }) => {
      const tx = kysely.withTables<ProtectionTables>();
      const established = await writeBatch(tx, full, vault);
      if (clock.now() - prunedAt >= PRUNE_EVERY_MS) {
        prunedAt = clock.now();
        await prune(tx, prunedAt);
      }
      return established;
    });
  const writePending = async (): Promise<void> => {
    const full = batch;
    batch = newBatch();
    if (full.routes.size === 0) return;
    try {
      const established = await writeOne(full);
      for (const vector of full.vectors.values()) {
        if (vector.seen.outcome === 'blocked') onBlocked(vector, established.has(clientKey(vector.seen)));
      }
      const applications = new Set([...full.routes.values()].map(({ application }) => application));
      if (await folder.refresh(applications)) routes.clear();
    } catch {
      droppedCount += full.vectors.size;
    }
  };
  const delayed = createDelayedWrite(writePending, WRITE_AFTER_MS);
  return {
    observe(event) {
      const seen = readRequest(event, { clientOf, routeOf, cardOf });
      if (seen === null) return;
      onRequest(seen);
      if (!addSeen(batch, seen, keyOf)) droppedCount += 1;
      delayed.schedule();
    },
    flush: delayed.flush,
    dropped: () => droppedCount,
    [Symbol.asyncDispose]: delayed.flush,
  };
}
