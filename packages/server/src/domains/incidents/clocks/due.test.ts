import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, DAY_MS, dueAfter, nextWarningAt, SHARES, warningDue, type Progress } from './due.ts';

const at = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;

describe('a month', () => {
  it.each([
    ['2026-01-15T10:30:00.123Z', 1, '2026-02-15T10:30:00.123Z'],
    ['2026-01-31T23:59:59.000Z', 1, '2026-02-28T23:59:59.000Z'],
    ['2028-01-31T00:00:00.000Z', 1, '2028-02-29T00:00:00.000Z'],
    ['2028-02-29T12:00:00.000Z', 12, '2029-02-28T12:00:00.000Z'],
    ['2026-12-31T08:00:00.000Z', 2, '2027-02-28T08:00:00.000Z'],
    ['2026-10-31T08:00:00.000Z', 1, '2026-11-30T08:00:00.000Z'],
    ['2100-01-30T08:00:00.000Z', 1, '2100-02-28T08:00:00.000Z'],
  ])('from %s, %i of them end %s', (from, months, to) => {
    expect(new Date(addMonths(at(from), months)).toISOString()).toBe(to);
  });

  it('ends in the month that follows, at the same time of day, and never on a later day of it', () => {
    assert(
      property(integer({ min: 0, max: 4e12 }), integer({ min: 1, max: 12 }), (from, months) => {
        const [start, end] = [new Date(from), new Date(addMonths(from, months))];
        const passed = (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
        expect(passed).toBe(months);
        expect(end.getTime() % DAY_MS).toBe(from % DAY_MS);
        expect(end.getUTCDate()).toBeLessThanOrEqual(start.getUTCDate());
      }),
    );
  });
});

describe('72 hours', () => {
  const startedAt = at('2026-03-28T09:00:00Z');
  const dueAt = dueAfter(startedAt, { hours: 72, months: null });
  const clock = (told: number): Progress => ({ startedAt, dueAt, told, reminded: 0 });
  const told = (shares: number, ms: number) => warningDue(clock(shares), startedAt + ms);

  it.each([
    [36, 0, 50],
    [54, 50, 75],
    [64.8, 75, 90],
    [72, 90, 100],
  ])('warn at %d h, to the millisecond', (hours, before, share) => {
    expect(told(before, hours * HOUR_MS - 1)).toBeNull();
    expect(told(before, hours * HOUR_MS)).toEqual({ kind: 'share', share, passedOver: [] });
    expect(nextWarningAt(clock(before))).toBe(startedAt + hours * HOUR_MS);
    expect(told(share, hours * HOUR_MS)).toBeNull();
  });

  it('tell the highest share after a pause, and name what was passed over', () => {
    expect(told(0, 60 * HOUR_MS)).toEqual({ kind: 'share', share: 75, passedOver: [50] });
    expect(told(0, 500 * HOUR_MS)).toEqual({ kind: 'share', share: 100, passedOver: [50, 75, 90] });
  });

  it('count through the change to summer time and through a weekend', () => {
    expect(new Date(dueAt ?? 0).toISOString()).toBe('2026-03-31T09:00:00.000Z');
  });
});

describe('a clock without an hour', () => {
  it('reminds of each day once', () => {
    const clock: Progress = { startedAt: 0, dueAt: dueAfter(0, { hours: null, months: null }), told: 0, reminded: 2 };
    expect(warningDue(clock, 3 * DAY_MS - 1)).toBeNull();
    expect(warningDue(clock, 3 * DAY_MS)).toEqual({ kind: 'day', day: 3 });
    expect(warningDue(clock, 9 * DAY_MS)).toEqual({ kind: 'day', day: 9 });
    expect(nextWarningAt(clock)).toBe(3 * DAY_MS);
  });
});

it('whenever somebody looks, each share is told at most once, in rising order, and the last one in the end', () => {
  assert(
    property(integer({ min: 1, max: 1e10 }), array(integer({ min: -1e10, max: 2e10 }), { maxLength: 60 }), (length, looks) => {
      let clock: Progress = { startedAt: 1e12, dueAt: 1e12 + length, told: 0, reminded: 0 };
      const told: number[] = [];
      // Clocks of machines are set back too: the looks come in any order.
      for (const look of [...looks, length]) {
        const warning = warningDue(clock, 1e12 + look);
        if (warning?.kind !== 'share') continue;
        told.push(warning.share);
        clock = { ...clock, told: warning.share };
      }
      expect(told).toEqual([...new Set(told)].toSorted((left, right) => left - right));
      expect(told.at(-1)).toBe(100);
      expect(told.every((share) => SHARES.includes(share as (typeof SHARES)[number]))).toBe(true);
      expect(nextWarningAt(clock)).toBeNull();
    }),
  );
});
