import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApplied } from './applied.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What has come of a promise by now. */
async function now(promise: Promise<boolean>): Promise<boolean | 'waits'> {
  const waits = Promise.resolve('waits' as const);
  return Promise.race([promise, waits.then(async (word) => word)]);
}

describe('who judges by a snapshot', () => {
  it('is everybody once each has said so, whatever the order', async () => {
    const applied = createApplied(1000);
    applied.note(1, 1);
    applied.note(2, 1);
    const second = applied.settled(2);
    const third = applied.settled(3);
    applied.note(1, 3);
    expect([await now(second), await now(third)]).toEqual(['waits', 'waits']);
    applied.note(2, 2);
    expect([await now(second), await now(third)]).toEqual([true, 'waits']);
    applied.note(2, 3);
    expect(await now(third)).toBe(true);
    expect(await now(applied.settled(3))).toBe(true);
  });

  it('asks neither one that is gone nor one that does not serve yet', async () => {
    const applied = createApplied(1000);
    expect(await now(applied.settled(1))).toBe(true);
    applied.note(1, 1);
    applied.note(2, 1);
    const next = applied.settled(2);
    applied.note(1, 2);
    applied.forget(2);
    expect(await now(next)).toBe(true);
    expect(await now(applied.settled(2))).toBe(true);
  });

  it('does not wait for ever for one that says nothing, and the next is asked all the same', async () => {
    const applied = createApplied(1000);
    applied.note(1, 1);
    const next = applied.settled(2);
    vi.advanceTimersByTime(1000);
    expect(await next).toBe(false);
    const again = applied.settled(2);
    applied.note(1, 2);
    expect(await again).toBe(true);
  });
});
