import { expect, it } from 'vitest';
import { createBudget } from './budget.ts';
import { createRefusalTally } from './refusal-record.ts';

it('lets five a second through and counts again as time passes', () => {
  let nowMs = 0;
  const budget = createBudget(5, () => nowMs);
  expect(Array.from({ length: 7 }, () => budget.take())).toEqual([true, true, true, true, true, false, false]);
  nowMs = 200;
  expect([budget.take(), budget.take()]).toEqual([true, false]);
  nowMs = 10_000;
  expect(Array.from({ length: 6 }, () => budget.take()).filter(Boolean)).toHaveLength(5);
});

it('a flood of wrong tokens hides no other refusal, and says how many went unrecorded', () => {
  let nowMs = 0;
  const tally = createRefusalTally(() => nowMs);
  for (let count = 0; count < 105; count += 1) tally.take('unknown');
  expect(tally.take('unknown')).toBeNull();
  expect(tally.take('missing')).toBe(0);
  expect(tally.take('permission')).toBe(0);
  nowMs = 1000;
  expect(tally.take('unknown')).toBe(101);
  expect(tally.take('unknown')).toBe(0);
});
