import type { Exchange } from '../exchange.ts';

const DISCARD_MS = 2000;

/**
 * Reads on what a refused client still sends, for a bounded time, and drops it. Closing at once would reset the connection and
 * take the answer with its number away from most clients, which write all of a body before they read (RFC 9112 §9.6).
 */
export function discardRest({ incoming }: Exchange): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed) return Promise.resolve();
  // oxlint-disable-next-line promise/avoid-new -- the stream speaks events only
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DISCARD_MS);
    const settle = (): void => {
      clearTimeout(timer);
      resolve();
    };
    incoming.on('end', settle).on('close', settle).on('error', settle);
    incoming.resume();
  });
}
