import { parentPort, workerData } from 'node:worker_threads';
import { bringDocument, openKept, type BringJob, type Brought, type Opened, type OpenJob } from './bring-document.ts';

/** One of them, and what it gives; then the thread ends, and its memory is given back. */
export type DocumentJob = BringJob | OpenJob;
export type DocumentTold = Brought | Opened;

const doJob = (job: DocumentJob): DocumentTold => (job.kind === 'bring' ? bringDocument(job) : openKept(job));

// Given by `run-job.ts`, the only one that starts this.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
parentPort?.postMessage(doJob(workerData as DocumentJob));
