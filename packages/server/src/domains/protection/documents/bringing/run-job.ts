import { siblingModule } from '../../../../platform/db/sibling-module.ts';
import { createTurns } from '../../../../platform/in-turn.ts';
import { isDeeper, TOO_DEEP } from '../reading/depth.ts';
import { bringDocument, openKept, type BringJob, type Brought, type OpenJob, type Opened } from './bring-document.ts';
import type { DocumentJob, DocumentTold } from './document-thread.ts';
import { startThread } from '../../../../platform/thread.ts';

/** Five megabytes of YAML take some seconds; the rest is for machines that are busy. */
const JOB_MS = 120_000;
const HEAP_MEGABYTES_MAX = 1024;
/** What is read in a few milliseconds is not worth a thread, which takes a second to start where the machine is busy. */
const CHARS_HERE = 8192;

/** Reads documents of people away from the loop that serves requests, one after the other, within bounds of time and memory. */
export interface DocumentJobs {
  bring(job: Omit<BringJob, 'kind'>): Promise<Brought>;
  open(fragment: unknown): Promise<Opened>;
}

export function documentJobs(): DocumentJobs {
  const inTurn = createTurns();
  return {
    bring: async (given) => {
      const job: BringJob = { kind: 'bring', ...given };
      if (isDeeper(job.document)) return TOO_DEEP;
      const isSmall = (job.text ?? JSON.stringify(job.document)).length + job.seen.length * 64 <= CHARS_HERE;
      return inTurn(async () => (isSmall ? bringDocument(job) : runOne<Brought>(job)));
    },
    open: async (fragment) => {
      const job: OpenJob = { kind: 'open', fragment };
      return inTurn(async () => (JSON.stringify(fragment).length <= CHARS_HERE ? openKept(job) : runOne<Opened>(job)));
    },
  };
}

const failed = (detail: string) => ({ kind: 'faulty', faults: [{ pointer: '', detail, line: null }] }) as const;

const EXHAUSTED = failed('needs too much memory to be read');
const isExhausted = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY');

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what a job gives is fixed by its kind; messages have no types
async function runOne<Result extends DocumentTold>(job: DocumentJob): Promise<Result | ReturnType<typeof failed>> {
  const worker = startThread(siblingModule(import.meta.url, 'document-thread'), {
    name: 'holdfast-document',
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
  });
  const answer = Promise.withResolvers<Result | ReturnType<typeof failed>>();
  const timer = setTimeout(() => answer.resolve(failed('takes too long to read')), JOB_MS);
  worker.on('message', (result: Result) => answer.resolve(result));
  // Out of memory or out of stack: what such a document does to a gateway nobody wants to know.
  worker.on('error', (error) => (isExhausted(error) ? answer.resolve(EXHAUSTED) : answer.reject(error)));
  worker.on('exit', () => answer.resolve(EXHAUSTED));
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
