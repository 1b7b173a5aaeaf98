import type { TimelineEntry } from '@holdfast/contract';
import { LANE_ORDER } from './words.ts';

export const LANE_HEIGHT = 30;
export const LABEL_WIDTH = 96;
const MARGIN = 14;
/** Narrower than this, only the first and the last moment are written down. */
const TICKS_WIDTH = 640;
/** Entries closer than this share a mark, which then says how many it stands for. */
const APART = 9;

export interface Mark {
  readonly x: number;
  readonly entries: readonly TimelineEntry[];
}
export interface Lane {
  readonly lane: TimelineEntry['lane'];
  readonly y: number;
  readonly marks: readonly Mark[];
}
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly height: number;
  readonly ticks: readonly { readonly x: number; readonly at: number }[];
}

/**
 * Where each entry stands: one lane for each kind that there is, time from left to right.
 *
 * @example layLanes(entries, 900).lanes[0] // { lane: 'phase', y: 15, marks: [...] }
 */
export function layLanes(entries: readonly TimelineEntry[], width: number): Lanes {
  const times = entries.map(({ time }) => time);
  const first = times.reduce((low, time) => Math.min(low, time), times[0] ?? 0);
  const last = times.reduce((high, time) => Math.max(high, time), first);
  const span = Math.max(1, last - first);
  const room = width - LABEL_WIDTH - 2 * MARGIN;
  const xOf = (time: number): number => LABEL_WIDTH + MARGIN + ((time - first) / span) * room;
  const present = LANE_ORDER.filter((lane) => entries.some((entry) => entry.lane === lane));
  const lanes = present.map((lane, index) => ({
    lane,
    y: index * LANE_HEIGHT + LANE_HEIGHT / 2,
    marks: gather(
      entries.filter((entry) => entry.lane === lane).toSorted((left, right) => left.time - right.time),
      xOf,
    ),
  }));
  const shares = first === last ? [0] : width < TICKS_WIDTH ? [0, 1] : [0, 0.25, 0.5, 0.75, 1];
  const ticks = shares.map((share) => ({ x: xOf(first + share * span), at: first + share * span }));
  return { lanes, height: present.length * LANE_HEIGHT, ticks };
}

function gather(entries: readonly TimelineEntry[], xOf: (time: number) => number): Mark[] {
  const marks: { x: number; entries: TimelineEntry[] }[] = [];
  for (const entry of entries) {
    const x = xOf(entry.time);
    const before = marks.at(-1);
    if (before !== undefined && x - before.x < APART) before.entries.push(entry);
    else marks.push({ x, entries: [entry] });
  }
  return marks;
}
