import { siblingModule } from '../../../../platform/db/sibling-module.ts';
import { createTurns } from '../../../../platform/in-turn.ts';
import { UnreadableSource } from '../formats/entry.ts';
import { doJob, type Job, type RunJob } from './jobs.ts';
import { startThread } from '../../../../platform/thread.ts';

/** A million entries take about ten seconds on a slow machine. */
const JOB_MS = 180_000;
const HEAP_MEGABYTES_MAX = 1536;

type Answer = { readonly result: unknown } | { readonly unreadable: string };

/** What is read in a few milliseconds is not worth a thread, which takes a second to start where the machine is busy. */
const TEXT_CHARS_HERE = 65_536;
const PACKED_BYTES_HERE = 16_384;

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

function isSmall(job: Job): boolean {
  if (job.kind === 'read') return job.text.length <= TEXT_CHARS_HERE && job.previous.length <= PACKED_BYTES_HERE;
  if (job.kind === 'known') return sizeOf(job.warninglists) <= PACKED_BYTES_HERE;
  if (job.kind === 'find') return sizeOf(job.sources.map(({ content }) => content)) <= PACKED_BYTES_HERE;
  if (job.kind === 'patterns') return sizeOf(job.contents) <= PACKED_BYTES_HERE;
  const { sources, warninglists } = job.input;
  return sizeOf([...sources.map(({ content }) => content), ...warninglists]) <= PACKED_BYTES_HERE;
}

/** Reading and compiling a million entries would hold up every request: it is done beside them, one job at a time. */
export function runInThread(): RunJob {
  const inTurn = createTurns();
  // What a job gives is fixed by its kind (`Results`); messages have no types.
  return (async (job: Job) => inTurn(async () => (isSmall(job) ? doJob(job) : runOne(job)))) as RunJob;
}

function runOne(job: Job): Promise<unknown> {
  const worker = startThread(siblingModule(import.meta.url, 'intel-thread'), {
    name: 'holdfast-intel',
    workerData: job,
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
