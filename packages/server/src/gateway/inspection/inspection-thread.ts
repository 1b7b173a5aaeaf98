import { decodeRequest, inspectRequest } from '@holdfast/inspect';
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadJob } from './thread-protocol.ts';

/** The same two functions as on the request path, in a thread of their own: it knows nothing and keeps nothing. */
function judge({ id, raw, path, groups }: ThreadJob): ThreadAnswer {
  const decoded = decodeRequest(raw, path);
  return { id, decoded, inspection: decoded.kind === 'ok' ? inspectRequest(decoded.request, { groups }) : null };
}

// The pool is the only one that speaks to this thread.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
parentPort?.on('message', (job: ThreadJob) => parentPort?.postMessage(judge(job)));
