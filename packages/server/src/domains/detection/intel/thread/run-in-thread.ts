import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../../../platform/db/sibling-module.ts';
import { createTurns } from '../../../../platform/in-turn.ts';
import { UnreadableSource } from '../formats/entry.ts';
import type { Job, RunJob } from './jobs.ts';

/** A million entries take about ten seconds on a slow machine. */
const JOB_MS = 180_000;
const HEAP_MEGABYTES_MAX = 1536;

type Answer = { readonly result: unknown } | { readonly unreadable: string };

/** Reading and compiling a million entries would hold up every request: it is done beside them, one job at a time. */
export function runInThread(): RunJob {
  const inTurn = createTurns();
  // What a job gives is fixed by its kind (`Results`); messages have no types.
  return (async (job: Job) => inTurn(async () => runOne(job))) as RunJob;
}

function runOne(job: Job): Promise<unknown> {
  const worker = new Worker(siblingModule(import.meta.url, 'intel-thread'), {
    name: 'holdfast-intel',
    workerData: job,
    execArgv: import.meta.url.endsWith('.ts') ? ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'] : [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
  });
  // oxlint-disable-next-line promise/avoid-new -- threads speak messages only
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new UnreadableSource('It took too long to read.'));
      void worker.terminate();
    }, JOB_MS);
    worker.on('message', (answer: Answer) => {
      if ('unreadable' in answer) reject(new UnreadableSource(answer.unreadable));
      else resolve(answer.result);
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearTimeout(timer);
      // After an answer this changes nothing.
      reject(new UnreadableSource('It could not be read: it needs too much memory.'));
    });
  });
}
