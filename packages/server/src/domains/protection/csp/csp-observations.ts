import type { CspObservations, EventRecord } from '@holdfast/contract';
import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { tablesOf } from '../change.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import type { ProtectionDb } from '../tables.ts';

/** Rows kept for one application, reports and inline code each. Anyone can send reports, so a flood must end somewhere. */
const ROWS_PER_APPLICATION_MAX = 2000;
/** Different observations held between two writes. */
const PENDING_MAX = 2000;
const WRITE_AFTER_MS = 500;
const DIRECTIVE = /^[a-z-]{1,64}$/u;

interface Seen {
  readonly table: 'report' | 'inline';
  readonly application: string;
  /** Directive, or kind of inline code. */
  readonly first: string;
  /** What was blocked, or the hash. */
  readonly second: string;
  readonly path: string;
  count: number;
  readonly since: number;
  last: number;
}

const text = (value: unknown, lengthMax: number): string => (typeof value === 'string' ? value.slice(0, lengthMax) : '');

function readReport(event: EventRecord): Omit<Seen, 'count' | 'since' | 'last' | 'application'> | null {
  const { payload } = event;
  if (event.type === 'gateway.csp.report') {
    const first = text(payload['directive'], 64);
    const second = text(payload['blocked'], 256);
    return DIRECTIVE.test(first) && second !== '' ? { table: 'report', first, second, path: '' } : null;
  }
  if (event.type !== 'gateway.csp.inline-seen') return null;
  const first = text(payload['kind'], 16);
  const second = text(payload['hash'], 64);
  const isKind = first === 'script' || first === 'style';
  return isKind && second !== '' ? { table: 'inline', first, second, path: text(payload['path'], 512) } : null;
}

/** Counts what browsers report and what inline code pages hold, for `csp suggest`. Losing a count at a crash loses nothing else. */
export interface CspObserver extends AsyncDisposable {
  observe(event: EventRecord): void;
  read(application: string): Promise<CspObservations>;
  flush(): Promise<void>;
  /** Observations that did not fit anywhere any more. */
  dropped(): number;
}

async function write(db: ProtectionDb, seen: Seen): Promise<boolean> {
  const { application, first, second, path, count, since, last } = seen;
  // One statement both counts and bounds: a known row always counts on, a new one only while there is room.
  const result =
    seen.table === 'report'
      ? await sql`INSERT INTO protection_csp_report (application, directive, blocked, count, first_seen, last_seen)
          SELECT ${application}, ${first}, ${second}, ${count}::bigint, ${since}::bigint, ${last}::bigint
          WHERE (SELECT count(*) FROM protection_csp_report WHERE application = ${application}) < ${ROWS_PER_APPLICATION_MAX}
            OR EXISTS (SELECT 1 FROM protection_csp_report
              WHERE application = ${application} AND directive = ${first} AND blocked = ${second})
          ON CONFLICT (application, directive, blocked) DO UPDATE
          SET count = protection_csp_report.count + excluded.count, last_seen = excluded.last_seen`.execute(db)
      : await sql`INSERT INTO protection_csp_inline (application, kind, hash, path, count, first_seen, last_seen)
          SELECT ${application}, ${first}, ${second}, ${path}, ${count}::bigint, ${since}::bigint, ${last}::bigint
          WHERE (SELECT count(*) FROM protection_csp_inline WHERE application = ${application}) < ${ROWS_PER_APPLICATION_MAX}
            OR EXISTS (SELECT 1 FROM protection_csp_inline
              WHERE application = ${application} AND kind = ${first} AND hash = ${second})
          ON CONFLICT (application, kind, hash) DO UPDATE
          SET count = greatest(protection_csp_inline.count, excluded.count), last_seen = excluded.last_seen`.execute(db);
  return Number(result.numAffectedRows ?? 0n) > 0;
}

async function readRows(db: ProtectionDb, application: string): Promise<CspObservations> {
  const reports = await db
    .selectFrom('protection_csp_report')
    .selectAll()
    .where('application', '=', application)
    .orderBy('count', 'desc')
    .limit(ROWS_PER_APPLICATION_MAX)
    .execute();
  const inline = await db
    .selectFrom('protection_csp_inline')
    .selectAll()
    .where('application', '=', application)
    .orderBy('count', 'desc')
    .limit(ROWS_PER_APPLICATION_MAX)
    .execute();
  const times = (row: { count: number; first_seen: number; last_seen: number }) => ({
    count: row.count,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  });
  return {
    reports: reports.map((row) => ({ directive: row.directive, blocked: row.blocked, ...times(row) })),
    inline: inline.map((row) => ({ kind: row.kind, hash: row.hash, path: row.path, ...times(row) })),
  };
}

export function createCspObserver({ db, clock }: { readonly db: Database; readonly clock: Clock }): CspObserver {
  let pending = new Map<string, Seen>();
  let droppedCount = 0;

  const writePending = async (): Promise<void> => {
    const batch = pending;
    pending = new Map();
    if (batch.size === 0) return;
    try {
      await db.transaction(async (transaction) => {
        for (const seen of batch.values()) {
          if (!(await write(transaction.kysely.withTables(), seen))) droppedCount += seen.count;
        }
      });
    } catch {
      // The counts are advice, not evidence: a database that is away costs these few, and memory stays bounded.
      for (const seen of batch.values()) droppedCount += seen.count;
    }
  };
  const delayed = createDelayedWrite(writePending, WRITE_AFTER_MS);

  return {
    observe(event) {
      const read = event.application === null ? null : readReport(event);
      if (read === null || event.application === null) return;
      const { application } = event;
      const amount = event.payload['count'];
      const count = typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 ? amount : 1;
      const key = JSON.stringify([read.table, application, read.first, read.second]);
      const known = pending.get(key);
      if (known !== undefined) {
        // Reports are single; the rewriter tells how often it has met a piece of code so far.
        known.count = read.table === 'report' ? known.count + count : Math.max(known.count, count);
        known.last = clock.now();
      } else if (pending.size >= PENDING_MAX) droppedCount += count;
      else pending.set(key, { ...read, application, count, since: clock.now(), last: clock.now() });
      delayed.schedule();
    },
    async read(application) {
      await delayed.flush();
      return readRows(tablesOf(db), application);
    },
    flush: delayed.flush,
    dropped: () => droppedCount,
    [Symbol.asyncDispose]: delayed.flush,
  };
}
