import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketSums } from './bucket-sums.ts';
import { CountMin } from './count-min.ts';
import { Distinct, EXACT_MAX } from './distinct.ts';
import { EventWindow } from './event-window.ts';
import { HourlyCounts } from './hourly-counts.ts';
import { HyperLogLog } from './hyper-log-log.ts';
import { KeyedTable } from './keyed-table.ts';
import { QUANTILE_ERROR, Quantiles } from './quantiles.ts';

const RUNS = { seed: 7 };

test.each([10, 100, 1000, 10_000, 45_000, 70_000, 200_000])('%i different texts are counted within 2 %%', (size) => {
  const sketch = new HyperLogLog();
  for (let index = 0; index < size; index += 1) sketch.add(`visitor-${index}`);
  for (let index = 0; index < Math.min(size, 100); index += 1) sketch.add(`visitor-${index}`);
  expect(Math.abs(sketch.estimate() - size) / size).toBeLessThanOrEqual(0.02);
  expect(HyperLogLog.load(sketch.save())?.estimate()).toBe(sketch.estimate());
});

test('an empty sketch counts nothing', () => expect(new HyperLogLog().estimate()).toBe(0));

test('a distinct counter is exact within its window, whatever the order within two minutes', () => {
  const event = fc.record({
    step: fc.integer({ min: 0, max: 40_000 }),
    late: fc.integer({ min: 0, max: 120_000 }),
    who: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const widthMs = 600_000;
      const counter = new Distinct(widthMs);
      let now = 1_000_000;
      const seen: { time: number; who: number }[] = [];
      for (const { step, late, who } of events) {
        now += step;
        counter.add(now - late, String(who));
        seen.push({ time: now - late, who });
        const newest = Math.max(...seen.map(({ time }) => time));
        const within = new Set(seen.filter(({ time }) => time >= newest - widthMs).map((one) => one.who));
        if (counter.count !== within.size) return false;
      }
      return true;
    }),
    RUNS,
  );
});

test('above 256 it is estimated while there is budget, and says "at least" when there is none', () => {
  const budget = { left: 1 };
  const [first, second] = [new Distinct(600_000, budget), new Distinct(600_000, budget)];
  for (let index = 0; index < 5000; index += 1) {
    first.add(index * 10, `a${index}`);
    second.add(index * 10, `a${index}`);
  }
  expect(first.isExact || second.isExact).toBe(false);
  expect(Math.abs(first.count - 5000) / 5000).toBeLessThan(0.02);
  expect(second.count).toBe(EXACT_MAX);
  const again = new Distinct(600_000, { left: 1 });
  again.load(JSON.parse(JSON.stringify(first.save())));
  expect(again.count).toBe(first.count);
  // All of it is over: it is exact again, and its sketch is free for another.
  first.advance(10_000_000);
  expect([first.count, first.isExact, budget.left]).toEqual([0, true, 1]);
});

test('a window keeps the order of events, not of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 100 }), (offsets) => {
      const window = new EventWindow<{ time: number }>({ widthMs: 600_000, entriesMax: 1000 });
      for (const offset of offsets) if (!window.add({ time: 1_000_000 - offset })) return false;
      const times = window.entries.map(({ time }) => time);
      return times.length === offsets.length && times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));
    }),
    RUNS,
  );
});

test('a window lets go of what is over, of what is too late and of what is too much', () => {
  const window = new EventWindow<{ time: number }>({ widthMs: 600_000, entriesMax: 8 });
  for (let index = 0; index < 9; index += 1) window.add({ time: 1_000_000 + index });
  expect([window.entries.length, window.cut]).toEqual([7, 2]);
  expect(window.add({ time: 1_000_000 - 130_000 })).toBe(false);
  window.add({ time: 2_000_000 });
  expect(window.entries.map(({ time }) => time)).toEqual([2_000_000]);
});

test('quantiles are within two per cent of the value at that rank', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: 300 }), (values) => {
      const sketch = new Quantiles();
      for (const value of values) sketch.add(value);
      const sorted = [...values].toSorted((a, b) => a - b);
      return [0.5, 0.9, 0.995].every((share) => {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        return Math.abs(sketch.at(share) - exact) <= exact * (QUANTILE_ERROR + 1e-9);
      });
    }),
    RUNS,
  );
});

test('a count-min sketch never counts too few, and hardly too many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 2000 }), (keys) => {
      const sketch = new CountMin(1024);
      const exact = new Map<number, number>();
      for (const key of keys) {
        sketch.add(`k${key}`);
        exact.set(key, (exact.get(key) ?? 0) + 1);
      }
      const over = [...exact].filter(([key, count]) => sketch.count(`k${key}`) > count + (Math.E * keys.length) / 1024);
      return over.length <= exact.size * 0.02 + 1 && [...exact].every(([key, count]) => sketch.count(`k${key}`) >= count);
    }),
    RUNS,
  );
});

test('a full table lets go of the key that was touched longest ago', () => {
  const gone: string[] = [];
  const table = new KeyedTable<{ key: string }>({ make: (key) => ({ key }), keysMax: 3, onGone: ({ key }) => gone.push(key) });
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) table.touch(key);
  expect(gone).toEqual(['b', 'c']);
  expect([table.size, table.evicted]).toEqual([3, 2]);
  table.sweep(({ key }) => key === 'a');
  expect([table.size, table.evicted]).toEqual([2, 2]);
});

test('the same hour of the days before says what is usual', () => {
  const counts = new HourlyCounts();
  const day = 86_400_000;
  for (let index = 0; index < 10; index += 1) counts.add(index * day, 10 + (index % 3));
  expect(counts.usual(10 * day)).toEqual({ median: 11, mad: 1, days: 10 });
  // Nothing happened an hour later, on all days that were watched.
  expect(counts.usual(10 * day + 3_600_000)).toEqual({ median: 0, mad: 0, days: 10 });
  expect(new HourlyCounts().usual(day)).toBeNull();
});

test('a sum over an hour leaves out what is older, and its last part is asked for alone', () => {
  const sums = new BucketSums(24 * 3_600_000, 96);
  sums.add(0, 5);
  sums.add(20 * 3_600_000, 7);
  expect([sums.sum(), sums.sum(1 / 24)]).toEqual([12, 7]);
  sums.add(26 * 3_600_000, 1);
  expect(sums.sum()).toBe(8);
});

test('whatever lies in a kept state, loading it never throws and what is loaded counts on', () => {
  fc.assert(
    fc.property(fc.anything(), (state) => {
      const table = new KeyedTable<number>({ make: () => 0 });
      table.load(state, (packed) => (typeof packed === 'number' ? packed : null));
      const counter = new Distinct(1000);
      const quantiles = new Quantiles();
      for (const part of [counter, quantiles, new CountMin(), new HourlyCounts(), new BucketSums(1000, 10)]) part.load(state);
      HyperLogLog.load(state);
      counter.add(1, 'a');
      quantiles.add(1);
      return counter.count === 1 && quantiles.total === 1;
    }),
    RUNS,
  );
});

test('what is saved comes back as it was', () => {
  const [sums, quantiles, hours, sketch] = [new BucketSums(1000, 10), new Quantiles(), new HourlyCounts(), new CountMin()];
  sums.add(950, 3);
  quantiles.add(12);
  hours.add(3_600_000, 4);
  sketch.add('x');
  const kept = JSON.parse(JSON.stringify([sums.save(), quantiles.save(), hours.save(), sketch.save()])) as unknown[];
  const [sums2, quantiles2, hours2, sketch2] = [new BucketSums(1000, 10), new Quantiles(), new HourlyCounts(), new CountMin()];
  sums2.load(kept[0]);
  quantiles2.load(kept[1]);
  hours2.load(kept[2]);
  sketch2.load(kept[3]);
  expect(sums2.sum()).toBe(3);
  expect(quantiles2.at(0.5)).toBe(quantiles.at(0.5));
  expect(hours2.usual(90_000_000)).toEqual(hours.usual(90_000_000));
  expect(sketch2.count('x')).toBe(1);
});
