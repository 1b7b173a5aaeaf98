import type { StepVerdict } from '@holdfast/contract';
import { expect, it } from 'vitest';
import { shareWays } from './record-request.ts';

const passed: StepVerdict = { step: 'ban', verdict: 'passed', detail: '' };
const answered: StepVerdict = { step: 'forward', verdict: 'answered', detail: '' };
const listed: StepVerdict = { step: 'intel', verdict: 'listed', detail: 'address 1' };

it('gives requests that went the same way one list', () => {
  const wayOf = shareWays();
  expect(wayOf([passed, answered])).toBe(wayOf([passed, answered]));
});

it('tells of each request exactly its own verdicts', () => {
  const wayOf = shareWays();
  const ways = [
    [passed, answered],
    [passed, listed, answered],
    [passed],
    [],
    [{ ...passed, detail: 'why' }, answered],
    [passed, answered],
  ];
  expect(ways.map((steps) => wayOf(steps))).toEqual(ways);
});

it('is not changed by what a request adds to its own list afterwards', () => {
  const wayOf = shareWays();
  const own = [passed];
  const told = wayOf(own);
  own.push(answered);
  expect(told).toEqual([passed]);
  expect(wayOf([passed])).toEqual([passed]);
});
