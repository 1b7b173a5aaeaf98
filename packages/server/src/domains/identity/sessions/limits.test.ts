import { describe, expect, test } from 'vitest';
import { isTouchDue, overBecause } from './limits.ts';

const MINUTE = 60_000;
const lifetime = { lastSeenAt: 0, expiresAt: 12 * 60 * MINUTE, idleMs: 30 * MINUTE };

describe('a session is over', () => {
  test.each([
    ['just before the idle limit', 30 * MINUTE - 1, null],
    ['at the idle limit', 30 * MINUTE, 'idle'],
    ['at the absolute limit', 12 * 60 * MINUTE, 'absolute'],
  ])('%s', (_name, now, over) => expect(overBecause(lifetime, now)).toBe(over));

  test('at the absolute limit also when it was used a moment ago', () => {
    expect(overBecause({ ...lifetime, lastSeenAt: 12 * 60 * MINUTE - 1 }, 12 * 60 * MINUTE)).toBe('absolute');
  });
});

describe('a use is noted', () => {
  test('once a minute', () => {
    expect(isTouchDue(lifetime, MINUTE - 1)).toBe(false);
    expect(isTouchDue(lifetime, MINUTE)).toBe(true);
  });
  test('more often where the idle limit is short', () => {
    expect(isTouchDue({ ...lifetime, idleMs: MINUTE }, 6000)).toBe(true);
  });
});
