import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rate-limiter.ts';

describe('rate limiter', () => {
  it('takes a burst, then one per spacing, and tells how long to wait', () => {
    const limiter = createRateLimiter();
    const rule = { perSecond: 10, burst: 3 };
    expect([0, 0, 0].map((now) => limiter.take('a', rule, now))).toEqual([0, 0, 0]);
    expect(limiter.take('a', rule, 0)).toBe(100);
    expect(limiter.take('a', rule, 50)).toBe(50);
    expect(limiter.take('a', rule, 100)).toBe(0);
    expect(limiter.take('a', rule, 100)).toBe(100);
  });

  it('keeps one client from spending the budget of another', () => {
    const limiter = createRateLimiter();
    const rule = { perSecond: 1, burst: 1 };
    limiter.take('a', rule, 0);
    expect(limiter.take('a', rule, 0)).toBeGreaterThan(0);
    expect(limiter.take('b', rule, 0)).toBe(0);
  });

  it('is off at zero and stays within its bound', () => {
    const limiter = createRateLimiter(10);
    expect(limiter.take('a', { perSecond: 0, burst: 1 }, 0)).toBe(0);
    for (let at = 0; at < 100; at += 1) limiter.take(`k${at}`, { perSecond: 1, burst: 1 }, at);
    expect(limiter.size).toBeLessThanOrEqual(10);
  });
});
