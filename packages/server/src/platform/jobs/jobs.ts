import { CompiledQuery } from 'kysely';
import type { PgBoss } from 'pg-boss';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';
import { createSchedule, type Schedule } from './schedule.ts';

const SCHEMA = 'platform_jobs';
const POLL_SECONDS = 2;
const RETRIES_MAX = 5;
const EXPIRE_SECONDS = 600;
const RETAIN_SECONDS = 86_400;
const STOP_TIMEOUT_MS = 5000;

export type JobData = Readonly<Record<string, unknown>>;

export interface JobParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRun?: (name: string, outcome: 'ok' | 'failed') => void;
}

export interface Jobs extends AsyncDisposable {
  /** Runs again and again, on one node at a time; a run that fails is logged and tried at its next turn. */
  every(name: string, seconds: number, run: () => Promise<void>): void;
  /** Says how jobs of this name are done; before `start`. */
  work(name: string, run: (data: JobData) => Promise<void>): void;
  /** Stored, done once by some node, tried again with growing waits. */
  enqueue(name: string, data: JobData): Promise<void>;
  /** Call it when the process serves already: the queue's schema costs some 0.2 s at the very first start. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Repeated jobs by a table of due times; single jobs by pg-boss, which is loaded only when somebody works on a queue. */
export function createJobs({ db, clock, log, onRun }: JobParts): Jobs {
  const workers = new Map<string, (data: JobData) => Promise<void>>();
  const schedule: Schedule = createSchedule({ db, clock, log, ...(onRun === undefined ? {} : { onRun }) });
  let boss: PgBoss | null = null;

  const close = async (): Promise<void> => {
    await schedule.close();
    await boss?.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    boss = null;
  };
  return {
    every: (name, seconds, run) => schedule.every({ name, seconds, run }),
    work: (name, run) => void workers.set(name, run),
    enqueue: async (name, data) => {
      if (boss === null || !workers.has(name)) throw new Error(`assertion: nobody works on ${name}`);
      await boss.send(name, { ...data }, { retryLimit: RETRIES_MAX, retryBackoff: true, expireInSeconds: EXPIRE_SECONDS });
    },
    start: async () => {
      await schedule.start();
      if (workers.size === 0) return;
      const started = await startBoss(db, log);
      for (const [name, run] of workers) {
        await started.createQueue(name, { deleteAfterSeconds: RETAIN_SECONDS });
        await started.work<JobData>(name, { pollingIntervalSeconds: POLL_SECONDS }, async (jobs) => {
          for (const { data } of jobs) await run(data);
        });
      }
      boss = started;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startBoss(db: Database, log: Log): Promise<PgBoss> {
  const { PgBoss: Boss } = await import('pg-boss');
  const boss = new Boss({
    db: { executeSql: (text, values) => runOnOneConnection(db, { text, values: values ?? [] }) },
    backend: db.kind === 'embedded' ? 'pglite' : 'postgres',
    schema: SCHEMA,
    schedule: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the job queue failed'));
  await boss.start();
  return boss;
}

/**
 * pg-boss sends some texts with their own `begin … commit`. When one fails in between, the session stays in the aborted
 * transaction: it must be rolled back before anyone else gets it.
 */
function runOnOneConnection(
  db: Database,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
): Promise<{ rows: object[] }> {
  return db.kysely.connection().execute(async (session) => {
    try {
      const { rows } = await session.executeQuery<object>(CompiledQuery.raw(text, [...values]));
      return { rows };
    } catch (error) {
      await session.executeQuery(CompiledQuery.raw('rollback', [])).catch(() => null);
      throw error;
    }
  });
}
