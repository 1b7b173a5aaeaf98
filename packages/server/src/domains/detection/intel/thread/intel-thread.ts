import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableSource } from '../formats/entry.ts';
import { doJob, type Job } from './jobs.ts';

/** One job, then it ends: its memory may be a gigabyte, and is given back so. */
function answer(job: Job): object {
  try {
    return { result: doJob(job) };
  } catch (error) {
    if (error instanceof UnreadableSource) return { unreadable: error.message };
    throw error;
  }
}

// Given by `run-in-thread.ts`, the only one that starts this.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
parentPort?.postMessage(answer(workerData as Job));
