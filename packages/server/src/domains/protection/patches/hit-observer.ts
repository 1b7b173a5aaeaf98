import { requestCompleted, type EventRecord, type RequestCompleted } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import { clientName } from '../tuning/household.ts';
import { remember } from '../tuning/remember.ts';
import type { ProtectionTables } from '../tables.ts';
import type { Vault } from '../tuning/vault.ts';
import { EVERYBODY, writeHits, type Hit } from './hit-store.ts';

const WRITE_AFTER_MS = 1000;
/** Pairs of patch and client between two writes; a flood beyond that is counted for everybody together. */
const PENDING_MAX = 5000;
/** As the gateway begins what it tells of a patch. */
const NAMED = /^[0-7][0-9A-HJKMNP-TV-Z]{25}/u;

export interface HitObserver extends AsyncDisposable {
  /** Every event of the gateway passes here; what no patch met is ignored. */
  observe(event: EventRecord): void;
  flush(): Promise<void>;
}

interface HitObserverParts {
  readonly db: Database;
  readonly vault: Pick<Vault, 'pseudonym'>;
}

/** Counts whom each patch met, in batches: a crash or a database that is away costs counts and no protection. */
export function createHitObserver({ db, vault }: HitObserverParts): HitObserver {
  let pending = new Map<string, Hit>();
  const clientOf = remember((address) => clientName(vault, address));

  const count = (key: Pick<Hit, 'patch' | 'client'>, seen: Omit<Hit, 'patch' | 'client'>): void => {
    const name = `${key.patch} ${key.client}`;
    const held = pending.get(name);
    if (held === undefined) {
      if (pending.size < PENDING_MAX || key.client === EVERYBODY) pending.set(name, { ...key, ...seen });
      return;
    }
    held.honest += seen.honest;
    held.attacks += seen.attacks;
    held.blocked += seen.blocked;
    held.last = seen.last;
  };
  const write = async (): Promise<void> => {
    const batch = pending;
    pending = new Map();
    if (batch.size === 0) return;
    try {
      await db.transaction(async ({ kysely }) => writeHits(kysely.withTables<ProtectionTables>(), [...batch.values()]));
    } catch {
      // Counts are advice; the records of the requests are in the ledger.
    }
  };
  const delayed = createDelayedWrite(write, WRITE_AFTER_MS);
  return {
    observe(event) {
      if (event.type !== requestCompleted.type) return;
      // Written by the gateway by this schema a moment ago.
      const { steps, findings, address } = event.payload as unknown as RequestCompleted;
      if (!Array.isArray(steps)) return;
      for (const { step, detail, verdict } of steps) {
        const patch = step === 'patch' ? NAMED.exec(detail)?.[0] : undefined;
        if (patch === undefined) continue;
        const isAttack = findings.some(({ blocks, exception }) => blocks && exception === null);
        const isBlocked = verdict === 'violated';
        const seen = { honest: Number(!isAttack), attacks: Number(isAttack), blocked: Number(isBlocked), last: event.time };
        count({ patch, client: clientOf(address) }, seen);
        count({ patch, client: EVERYBODY }, seen);
        delayed.schedule();
      }
    },
    flush: delayed.flush,
    [Symbol.asyncDispose]: delayed.flush,
  };
}
