import type { TimelineEntry } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { LABEL_WIDTH, layLanes } from './lanes.ts';

const WIDTH = 900;
let made = 0;
const entry = (lane: TimelineEntry['lane'], time: number): TimelineEntry => {
  made += 1;
  return { id: `e${made}`, lane, time, title: 't', detail: null, actor: null, severity: null, ref: null, index: null };
};

describe('lanes of a timeline', () => {
  it('has a lane for each kind that there is, in one order, and every entry in its own', () => {
    const entries = [entry('note', 5), entry('alert', 1), entry('phase', 9), entry('alert', 3)];
    const { lanes } = layLanes(entries, WIDTH);
    expect(lanes.map(({ lane }) => lane)).toEqual(['phase', 'alert', 'note']);
    for (const { lane, marks } of lanes)
      expect(marks.flatMap((mark) => mark.entries)).toHaveLength(entries.filter((one) => one.lane === lane).length);
    expect(new Set(lanes.map(({ y }) => y)).size).toBe(3);
  });

  it('puts time from left to right inside of the picture, also for one moment alone', () => {
    const many = Array.from({ length: 200 }, (_none, index) => entry('event', index * 1000));
    const [lane] = layLanes(many, WIDTH).lanes;
    const places = lane?.marks.map(({ x }) => x) ?? [];
    expect(places.length).toBeGreaterThan(20);
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(places.every((x) => x >= LABEL_WIDTH && x <= WIDTH)).toBe(true);
    expect(layLanes([entry('note', 7), entry('note', 7)], WIDTH).lanes[0]?.marks).toHaveLength(1);
    expect(layLanes([], WIDTH)).toMatchObject({ lanes: [], height: 0 });
  });

  it('writes no more moments down than have room beside each other', () => {
    const entries = [entry('note', 0), entry('note', 100)];
    expect(layLanes(entries, WIDTH).ticks.map(({ at }) => at)).toEqual([0, 25, 50, 75, 100]);
    const narrow = layLanes(entries, 320).ticks;
    expect(narrow.map(({ at }) => at)).toEqual([0, 100]);
    expect(narrow.every(({ x }) => x >= LABEL_WIDTH && x <= 320)).toBe(true);
  });

  it('gathers what would lie on top of each other', () => {
    const [lane] = layLanes([entry('event', 0), entry('event', 1), entry('event', 100_000)], WIDTH).lanes;
    expect(lane?.marks.map(({ entries }) => entries.length)).toEqual([2, 1]);
  });
});
