import { expect, it } from 'vitest';
import { createBadTries } from './bad-tries.ts';

it('lets five bad tries a second through and counts again as time passes', () => {
  let nowMs = 0;
  const tries = createBadTries(() => nowMs);
  expect(Array.from({ length: 7 }, () => tries.take())).toEqual([true, true, true, true, true, false, false]);
  nowMs = 200;
  expect([tries.take(), tries.take()]).toEqual([true, false]);
  nowMs = 10_000;
  expect(Array.from({ length: 6 }, () => tries.take()).filter(Boolean)).toHaveLength(5);
});
