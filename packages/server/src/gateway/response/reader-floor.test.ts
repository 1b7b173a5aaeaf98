import { gatewayLimitsSchema } from '@holdfast/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { watchReader } from './reader-floor.ts';

const limits = gatewayLimitsSchema.parse({});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An answer whose client takes so many bytes a second for a minute and a half; true when it was found too slow. */
function isCut({ bytesPerSecond, waitsFor = 90 }: { bytesPerSecond: number; waitsFor?: number }): boolean {
  const record = { responseBytes: 65_536 };
  const outgoing = { writableLength: 65_536 };
  // The parts of an exchange that a pace is measured by.
  const exchange = { record, outgoing, snapshot: { source: { limits } } } as unknown as Exchange;
  let cut = false;
  const pace = watchReader(exchange, () => (cut = true));
  pace.wait();
  for (let second = 0; second < 90; second += 1) {
    if (second === waitsFor) pace.goOn();
    vi.advanceTimersByTime(1000);
    record.responseBytes += bytesPerSecond;
  }
  pace[Symbol.dispose]();
  vi.advanceTimersByTime(1000);
  expect(vi.getTimerCount()).toBe(0);
  return cut;
}

describe('the floor for readers', () => {
  it('cuts a client that hardly reads and leaves a slow honest one alone', () => {
    expect(isCut({ bytesPerSecond: 0 })).toBe(true);
    expect(isCut({ bytesPerSecond: 16 })).toBe(true);
    expect(isCut({ bytesPerSecond: 1100 })).toBe(false);
    expect(isCut({ bytesPerSecond: 100_000 })).toBe(false);
  });

  it('does not count the time in which the application makes the client wait', () => {
    expect(isCut({ bytesPerSecond: 0, waitsFor: 20 })).toBe(false);
  });
});
