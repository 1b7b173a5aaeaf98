import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';

const SECONDS_MIN = 1;

export interface RepeatedJob {
  readonly name: string;
  readonly seconds: number;
  readonly run: () => Promise<void>;
}

export interface Schedule {
  every(job: RepeatedJob): void;
  start(): Promise<void>;
  /** One look at everything that may be due; for tests. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export interface ScheduleParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRun?: (name: string, outcome: 'ok' | 'failed') => void;
}

/** Moving the due time forward is the claim: of several nodes exactly one succeeds, and a lost node loses one turn at most. */
export function createSchedule({ db, clock, log, onRun }: ScheduleParts): Schedule {
  const jobs = new Map<string, RepeatedJob>();
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();
  let isStarted = false;

  const claim = async ({ name, seconds }: RepeatedJob): Promise<boolean> => {
    const now = clock.now();
    const next = now + seconds * 1000;
    // A clock that was set back must not postpone a job for ever. One interval more than the next turn is left alone: that is
    // where a node whose clock is ahead has put it, and the job would run twice.
    const rows = await db.query(
      'update platform_schedule set due_at = $2 where name = $1 and (due_at <= $3 or due_at > $4) returning name',
      [name, next, now, next + seconds * 1000],
    );
    return rows.length > 0;
  };
  const runOnce = async (job: RepeatedJob): Promise<void> => {
    let outcome: 'ok' | 'failed' = 'ok';
    try {
      if (!(await claim(job))) return;
      await job.run();
    } catch (error) {
      outcome = 'failed';
      log.warn({ err: error, job: job.name }, 'a repeated job failed');
    }
    onRun?.(job.name, outcome);
  };
  const look = (job: RepeatedJob): Promise<void> => {
    const before = running.get(job.name);
    // Never two runs of one job at a time in this process.
    if (before !== undefined) return before;
    const now = runOnce(job).finally(() => running.delete(job.name));
    running.set(job.name, now);
    return now;
  };
  const arm = async (job: RepeatedJob): Promise<void> => {
    await db.query('insert into platform_schedule (name, due_at) values ($1, $2) on conflict do nothing', [
      job.name,
      clock.now() + job.seconds * 1000,
    ]);
    const timer = setInterval(() => void look(job), Math.max(SECONDS_MIN, job.seconds / 4) * 1000);
    timer.unref();
    timers.set(job.name, timer);
  };
  return {
    every: (job) => {
      if (jobs.has(job.name)) throw new Error(`assertion: ${job.name} is scheduled twice`);
      jobs.set(job.name, job);
      if (isStarted)
        void arm(job).catch((error: unknown) => log.warn({ err: error, job: job.name }, 'a job could not be scheduled'));
    },
    start: async () => {
      isStarted = true;
      for (const job of jobs.values()) await arm(job);
    },
    tick: async () => {
      for (const job of jobs.values()) await look(job);
    },
    close: async () => {
      isStarted = false;
      for (const timer of timers.values()) clearInterval(timer);
      timers.clear();
      await Promise.all(running.values());
    },
  };
}
