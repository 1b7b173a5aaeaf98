import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestEvent } from '../testing/test-events.ts';
import { EventQueue } from './event-queue.ts';

const events = (count: number) => Array.from({ length: count }, () => requestEvent());

describe('events on their way', () => {
  test('come out in order, each once, however they were given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1200 }), { maxLength: 8 }), (sizes) => {
        const queue = new EventQueue();
        const given = sizes.flatMap((size) => {
          const some = events(size);
          queue.offer(some, 0);
          return some;
        });
        const judged = [];
        for (let batch = queue.next(); batch !== null; batch = queue.next()) {
          judged.push(...batch.events);
          queue.settle(batch.id);
        }
        expect(judged.map(({ id }) => id)).toEqual(given.map(({ id }) => id));
        expect(queue.size).toBe(0);
        expect(queue.oldestMs).toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  test('that do not fit are counted, and there is room again when some were judged', () => {
    const queue = new EventQueue(3);
    expect(queue.offer(events(5), 1)).toBe(2);
    expect(queue.offer(events(1), 2)).toBe(1);
    const batch = queue.next();
    expect(batch?.events).toHaveLength(3);
    expect(queue.oldestMs).toBe(1);
    queue.settle(batch?.id ?? 0);
    expect(queue.offer(events(1), 3)).toBe(0);
  });

  test('are given to the next thread once, and not a third time', () => {
    const queue = new EventQueue();
    queue.offer(events(2), 0);
    const first = queue.next();
    expect(queue.takeBack()).toBe(0);
    queue.offer(events(1), 1);
    expect(queue.next()?.events).toEqual(first?.events);
    expect(queue.takeBack()).toBe(2);
    expect(queue.next()?.events).toHaveLength(1);
    expect(queue.size).toBe(1);
  });

  test('wait while two batches are being judged', () => {
    const queue = new EventQueue();
    queue.offer(events(2000), 0);
    const [one, two] = [queue.next(), queue.next()];
    expect(queue.next()).toBeNull();
    queue.settle(one?.id ?? 0);
    expect(queue.next()?.events).toHaveLength(500);
    expect(two?.events).toHaveLength(500);
  });
});
