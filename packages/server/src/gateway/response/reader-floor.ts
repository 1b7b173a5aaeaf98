import type { Exchange } from '../exchange.ts';

const CHECK_MS = 1000;

interface Reader {
  readonly exchange: Exchange;
  readonly onSlow: () => void;
  waitedMs: number;
  /** Bytes that were with the client when its time began to count. */
  takenBefore: number;
}

/** Tells when an answer waits for its client and when it goes on. */
export interface ReaderPace extends Disposable {
  wait(): void;
  goOn(): void;
}

const waiting = new Set<Reader>();
let timer: NodeJS.Timeout | null = null;

/**
 * A client that lets an answer wait must take it at a floor rate, averaged over the time it let us wait (slow-read attacks take a
 * few bytes a second). Time in which the application makes us wait does not count. One timer serves all answers.
 */
export function watchReader(exchange: Exchange, onSlow: () => void): ReaderPace {
  const reader: Reader = { exchange, onSlow, waitedMs: 0, takenBefore: 0 };
  return {
    wait() {
      if (reader.waitedMs === 0) reader.takenBefore = takenBytes(exchange);
      waiting.add(reader);
      timer ??= setInterval(check, CHECK_MS).unref();
    },
    goOn: () => void waiting.delete(reader),
    [Symbol.dispose]: () => void waiting.delete(reader),
  };
}

const takenBytes = ({ record, outgoing }: Exchange): number => record.responseBytes - outgoing.writableLength;

function check(): void {
  for (const reader of waiting) if (isTooSlow(reader)) reader.onSlow();
  if (waiting.size > 0 || timer === null) return;
  clearInterval(timer);
  timer = null;
}

function isTooSlow(reader: Reader): boolean {
  const { writeStallMs, answerBytesPerSecondMin } = reader.exchange.snapshot.source.limits;
  reader.waitedMs += CHECK_MS;
  if (reader.waitedMs < writeStallMs) return false;
  const taken = takenBytes(reader.exchange);
  const isBelow = ((taken - reader.takenBefore) * 1000) / reader.waitedMs < answerBytesPerSecondMin;
  reader.waitedMs = 0;
  reader.takenBefore = taken;
  return isBelow;
}
