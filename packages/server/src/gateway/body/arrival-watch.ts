import type { Exchange, Refused } from '../exchange.ts';

const CHECK_MS = 1000;

/** Watches a body arrive: framing faults, a sender that has gone, and one too slow to be honest. */
export interface ArrivalWatch extends Disposable {
  arrived(bytes: number): void;
}

/**
 * A body has the request timeout to arrive; after that it must have kept the floor rate on average (slow-body attacks send a
 * few bytes a minute, slow uplinks stay far above). `onFault` is called at most once.
 */
export function watchArrival(exchange: Exchange, onFault: (refused: Refused) => void): ArrivalWatch {
  const { requestTimeoutMs, bodyBytesPerSecondMin } = exchange.snapshot.source.limits;
  const startedAt = performance.now();
  let bytes = 0;
  let isOver = false;
  const fail = (refused: Refused): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    onFault(refused);
  };
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < requestTimeoutMs || (bytes * 1000) / elapsedMs >= bodyBytesPerSecondMin) return;
    fail({ kind: 'refused', code: 'request-timeout', reason: 'body-slow', closeConnection: true });
  }, CHECK_MS).unref();
  exchange.transport?.onFault(fail);
  return {
    arrived(count) {
      bytes += count;
    },
    [Symbol.dispose]() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
