import { recoveryEvents, type DrillInput, type DrillStep, type DrillView } from '@holdfast/contract';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import { newestBackup } from './store/backup-store.ts';
import { addDrill, endDrill, findDrill, toDrillView } from './store/drill-store.ts';
import { tablesOf, type BackupRow } from './store/tables.ts';
import { existingBackup, fileFault, historyFault, keepVerdict } from './verifying.ts';
import type { TrialReport, TrialRequest } from './trial/trial.ts';

const DETAIL_CHARS_MAX = 300;

/** One at a time: a drill needs the room and the processor of a second installation. */
export interface Drills {
  begin(input: DrillInput, actor: Actor): Promise<DrillView>;
  readonly isRunning: boolean;
  /** The one that runs is over. */
  settle(): Promise<void>;
}

export function createDrills(parts: RecoveryParts): Drills {
  let running: Promise<void> | null = null;
  return {
    get isRunning() {
      return running !== null;
    },
    async begin({ backup, databaseUrl: database, reason }, actor) {
      if (running !== null) throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'a drill runs already' }] });
      const begun = open(parts, { backup, database }, actor);
      running = begun
        .then((drill) => carryOut(parts, { ...drill, database, actor, reason }))
        .catch((error: unknown) => parts.log.warn({ err: error }, 'a drill came to no end'))
        .finally(() => {
          running = null;
        });
      const { id } = await begun;
      const row = await findDrill(tablesOf(parts.db), parts.node, id);
      if (row === null) throw new Error('assertion: a drill that was stored is not there');
      return toDrillView(row);
    },
    settle: async () => running ?? undefined,
  };
}

interface Begun {
  readonly id: string;
  readonly startedAt: number;
  readonly row: BackupRow;
}

async function open(
  parts: RecoveryParts,
  { backup, database }: { readonly backup: string | null; readonly database: string | null },
  actor: Actor,
): Promise<Begun> {
  const { db, clock, node, ports } = parts;
  if (database !== null) await ports.assertEmpty(database);
  const row = backup === null ? await newestBackup(tablesOf(db), node) : await existingBackup(parts, backup);
  if (row === null)
    throw new Refusal('conflict', { errors: [{ pointer: '/backup', detail: 'there is none: holdfast backup schedule' }] });
  const drill = { id: parts.newId(), node, started_at: clock.now(), started_by: actorName(actor), backup: row.id };
  await addDrill(tablesOf(db), drill);
  return { id: drill.id, startedAt: drill.started_at, row };
}

interface Running extends Begun {
  readonly database: string | null;
  readonly actor: Actor;
  readonly reason: string;
}

/** Restores it beside what is in force; how long that takes is the recovery time, and what is newer than it would be lost. */
async function carryOut(parts: RecoveryParts, { id, startedAt, row, database, actor, reason }: Running): Promise<void> {
  const { db, bus, clock, ports, drillKey } = parts;
  const began = clock.monotonicMs();
  const liveSize = await ports.ledger.head().then(
    ({ size }) => size,
    () => row.ledger_size,
  );
  const report = await tryIt(parts, row, { identity: await drillKey.identity(), database });
  const tookMs = Math.max(0, Math.round(clock.monotonicMs() - began));
  const compareBegan = clock.monotonicMs();
  const fault = report.ledger === null ? null : await historyFault(ports.ledger, report);
  const steps: DrillStep[] = [...report.steps];
  if (report.ledger !== null)
    steps.push({
      name: 'compare its log with the one in force',
      state: fault === null ? 'passed' : 'failed',
      tookMs: Math.round(clock.monotonicMs() - compareBegan),
      detail: fault ?? 'the log in force goes on from there',
    });
  const failed = steps.find((step) => step.state === 'failed');
  const newestAt = report.ledger?.newestAt ?? report.manifest?.createdAt ?? startedAt;
  const lost = {
    lost_ms: Math.max(0, startedAt - newestAt),
    lost_records: Math.max(0, liveSize - (report.ledger?.size ?? row.ledger_size)),
  };
  // A database that somebody named may be what failed: that says nothing about the backup.
  if (database === null || failed === undefined) await keepVerdict(parts, { row, fault: failed?.detail ?? null, actor });
  await db.transaction(async (tx) => {
    const state = failed === undefined ? 'passed' : 'failed';
    await endDrill(tablesOf(tx), id, { state, took_ms: tookMs, ...lost, steps });
    const payload = {
      drill: id,
      backup: row.id,
      ok: failed === undefined,
      tookMs,
      lostMs: lost.lost_ms,
      lostRecords: lost.lost_records,
      detail: (failed?.detail ?? '').slice(0, DETAIL_CHARS_MAX),
    };
    const outcome = failed === undefined ? 'ok' : 'failed';
    await bus.publish(tx, [bus.newEvent(recoveryEvents.drilled, { actor, reason, payload, outcome })]);
  });
}

async function tryIt(
  { ports, ending }: RecoveryParts,
  row: BackupRow,
  into: Pick<TrialRequest, 'identity' | 'database'>,
): Promise<TrialReport> {
  const changed = await fileFault(row);
  if (changed !== null) return failedAtOnce(changed);
  try {
    return await ports.trial({ file: row.path, depth: 'restored', ...into }, ending);
  } catch (error) {
    if (ending.aborted || !isRefusal(error)) throw error;
    return failedAtOnce(error.message);
  }
}

function failedAtOnce(detail: string): TrialReport {
  const step = { name: 'open it and compare each file', state: 'failed', tookMs: 0, detail } as const;
  return { steps: [step], manifest: null, ledger: null };
}
