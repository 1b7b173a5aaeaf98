import { controlEvents } from '@holdfast/contract';
import type { GatewayLink } from '../gateway/link/gateway-link.ts';
import type { Core } from './core.ts';

/** Requests under way get this long to finish; the process manager usually kills after 30 s. */
const DRAIN_MS = 25_000;
/** Who puts the keys away does not want to wait for slow visitors. */
const SEAL_DRAIN_MS = 2000;

export function drainAtEnd({ stack, seal }: Core, link: GatewayLink): void {
  let drainMs = DRAIN_MS;
  void seal.closing.then(() => (drainMs = SEAL_DRAIN_MS));
  stack.defer(() => link.close(drainMs));
}

/** Resolves when everything is closed, after the signal or when the keys were put away. */
export async function untilEnded(signal: AbortSignal, { bus, stack, seal }: Core): Promise<'stopped' | 'sealed'> {
  const stopped = new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', resolve, { once: true });
  });
  await Promise.race([stopped, seal.closing]);
  const payload = { signal: signal.aborted ? String(signal.reason).slice(0, 32) : 'sealed' };
  // A full disk must not keep the process from stopping.
  await bus.record(bus.newEvent(controlEvents.systemStopped, { payload })).catch(() => undefined);
  await stack.disposeAsync();
  return signal.aborted ? 'stopped' : 'sealed';
}
