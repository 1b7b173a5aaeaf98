import { fileHashSchema, type EventRecord, type UploadTotal } from '@holdfast/contract';
import { sql } from 'kysely';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import type { Log } from '../../../platform/log.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import type { ProtectionDb } from '../tables.ts';
import type { Outcome } from './tables.ts';

export const DAY_MS = 86_400_000;
const PENDING_MAX = 5000;
const WRITE_AFTER_MS = 500;
const PASSED_PER_APPLICATION_MAX = 200_000;

const OUTCOMES = new Map<string, Outcome>([
  ['upload.passed', 'passed'],
  ['upload.refused', 'refused'],
  ['upload.held', 'held'],
  ['upload.infected', 'infected'],
]);

interface Count {
  readonly application: string;
  readonly day: number;
  readonly outcome: Outcome;
  files: number;
  bytes: number;
}
interface Passed {
  readonly application: string;
  readonly hash: string;
  count: number;
  readonly first: number;
  last: number;
}

/** Counts what became of files, and remembers the hashes of those that were passed on. */
export interface UploadObserver extends AsyncDisposable {
  observe(event: EventRecord): void;
  flush(): Promise<void>;
  totals(since: number): Promise<UploadTotal[]>;
}

export function createUploadObserver({
  db,
  clock,
  log,
}: Pick<ProtectionParts, 'db' | 'clock'> & { readonly log: Log }): UploadObserver {
  let counts = new Map<string, Count>();
  let passed = new Map<string, Passed>();

  const write = async (): Promise<void> => {
    const batch = { counts: [...counts.values()], passed: [...passed.values()] };
    counts = new Map();
    passed = new Map();
    if (batch.counts.length === 0) return;
    try {
      await db.transaction(async (transaction) => {
        const tx: ProtectionDb = transaction.kysely.withTables();
        for (const one of batch.counts) await writeCount(tx, one);
        for (const one of batch.passed) await writePassed(tx, one);
      });
    } catch (error) {
      // The ledger has the events; what is lost here is a count, and that a later verdict finds its hash.
      log.warn({ err: error, files: batch.counts.length }, 'what became of uploads could not be counted');
    }
  };
  const delayed = createDelayedWrite(write, WRITE_AFTER_MS);
  return {
    observe(event) {
      const outcome = OUTCOMES.get(event.type);
      const { application } = event;
      if (outcome === undefined || application === null || counts.size + passed.size > PENDING_MAX) return;
      const { bytes: amount, hash } = event.payload;
      const bytes = typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 ? amount : 0;
      const day = Math.floor(event.time / DAY_MS) * DAY_MS;
      const count = counts.get(`${application} ${day} ${outcome}`) ?? { application, day, outcome, files: 0, bytes: 0 };
      count.files += 1;
      count.bytes += bytes;
      counts.set(`${application} ${day} ${outcome}`, count);
      const known = fileHashSchema.safeParse(hash);
      if (outcome === 'passed' && known.success) {
        const key = `${application} ${known.data}`;
        const seen = passed.get(key) ?? { application, hash: known.data, count: 0, first: clock.now(), last: 0 };
        seen.count += 1;
        seen.last = clock.now();
        passed.set(key, seen);
      }
      delayed.schedule();
    },
    flush: delayed.flush,
    async totals(since) {
      await delayed.flush();
      const rows = await tablesOf(db)
        .selectFrom('protection_upload_count')
        .select((query) => [
          'application',
          'outcome',
          query.fn.sum<string>('files').as('files'),
          query.fn.sum<string>('bytes').as('bytes'),
        ])
        .where('day', '>=', since)
        .groupBy(['application', 'outcome'])
        .orderBy('application')
        .orderBy('outcome')
        .execute();
      // Sums of bigint are numeric in SQL, which the drivers hand over as text.
      return rows.map((row) => ({ ...row, files: Number(row.files), bytes: Number(row.bytes) }));
    },
    [Symbol.asyncDispose]: delayed.flush,
  };
}

async function writeCount(tx: ProtectionDb, { application, day, outcome, files, bytes }: Count): Promise<void> {
  await tx
    .insertInto('protection_upload_count')
    .values({ application, day, outcome, files, bytes })
    .onConflict((conflict) =>
      conflict.columns(['application', 'day', 'outcome']).doUpdateSet({
        files: sql`protection_upload_count.files + excluded.files`,
        bytes: sql`protection_upload_count.bytes + excluded.bytes`,
      }),
    )
    .execute();
}

async function writePassed(tx: ProtectionDb, { application, hash, count, first, last }: Passed): Promise<void> {
  await tx
    .insertInto('protection_upload_passed')
    .values({ application, hash, count, first_seen: first, last_seen: last, told_at: null })
    .onConflict((conflict) =>
      conflict.columns(['hash', 'application']).doUpdateSet({
        count: sql`protection_upload_passed.count + excluded.count`,
        last_seen: sql`excluded.last_seen`,
        // Passed on once more since somebody was told: worth telling again.
        told_at: null,
      }),
    )
    .execute();
}

/** What is old, then what is too much. */
export async function prunePassed(db: ProtectionDb, before: number): Promise<void> {
  await db.deleteFrom('protection_upload_passed').where('last_seen', '<', before).execute();
  await db.deleteFrom('protection_upload_count').where('day', '<', before).execute();
  await sql`DELETE FROM protection_upload_passed WHERE (hash, application) IN (
    SELECT hash, application FROM (
      SELECT hash, application, row_number() OVER (PARTITION BY application ORDER BY last_seen DESC) AS place
      FROM protection_upload_passed) AS ranked WHERE place > ${PASSED_PER_APPLICATION_MAX})`.execute(db);
}
