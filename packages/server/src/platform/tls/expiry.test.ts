import { describe, expect, it } from 'vitest';
import { backoffMs, BACKOFF_MAX_MS, BACKOFF_MIN_MS } from './backoff.ts';
import { DAY_MS, expiryState, needsRenewal } from './expiry.ts';

describe('expiry alerts', () => {
  it.each([
    [31, { kind: 'ok' }],
    [30, { kind: 'expiring', days: 30 }],
    [7.01, { kind: 'expiring', days: 30 }],
    [7, { kind: 'expiring', days: 7 }],
    [1, { kind: 'expiring', days: 1 }],
    [0, { kind: 'expired' }],
    [-5, { kind: 'expired' }],
  ])('%d days ahead', (days, state) => {
    expect(expiryState(days * DAY_MS, 0)).toEqual(state);
  });
});

describe('the renewal decision', () => {
  it.each([
    [90, 31, false],
    [90, 30, true],
    [90, -1, true],
    [398, 140, false],
    // Six-day certificates: half, not a third.
    [6, 3.1, false],
    [6, 3, true],
  ])('a certificate of %d days with %d days left', (lifetime, left, due) => {
    const cert = { notBeforeMs: 0, notAfterMs: lifetime * DAY_MS };
    expect(needsRenewal(cert, (lifetime - left) * DAY_MS)).toBe(due);
  });
});

describe('backoff', () => {
  it('doubles from five minutes and stops at twelve hours', () => {
    expect([1, 2, 3].map((n) => backoffMs(n, 0))).toEqual([BACKOFF_MIN_MS, 2 * BACKOFF_MIN_MS, 4 * BACKOFF_MIN_MS]);
    expect(backoffMs(1000, 0)).toBe(BACKOFF_MAX_MS);
    expect(backoffMs(1000, 0.999)).toBeLessThanOrEqual(BACKOFF_MAX_MS * 1.1);
  });
});
