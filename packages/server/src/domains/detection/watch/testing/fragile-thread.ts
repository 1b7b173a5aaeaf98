import { parentPort } from 'node:worker_threads';
import type { ToThread } from '../thread/protocol.ts';

/** The thread of the watch, which ends before it judges a request to `/crash`. */
parentPort?.addEventListener('message', (event: Event & { readonly data?: ToThread }) => {
  if (event.data?.kind !== 'events') return;
  const paths = event.data.events.map(({ payload }) => payload['path']);
  if (!paths.includes('/crash')) return;
  event.stopImmediatePropagation();
  throw new RangeError('as asked');
});
await import('../thread/watch-thread.ts');
