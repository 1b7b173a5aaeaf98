import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowNode } from './graph.ts';
import { layOut, type Layout } from './layout.ts';
import type { Point } from './routes.ts';

const step = (id: string, type: string, next: readonly (readonly [to: string, label?: string])[] = []): FlowNode => ({
  id,
  type,
  next: next.map(([to, label = 'completion']) => ({ to, label })),
});

const boxOf = (layout: Layout, id: string): Layout['boxes'][number] => {
  const box = layout.boxes.find((each) => each.id === id);
  if (box === undefined) throw new Error(`assertion: ${id} is drawn`);
  return box;
};
const middle = (layout: Layout, id: string): number => boxOf(layout, id).x + boxOf(layout, id).width / 2;

/** Open intervals: what only touches does not overlap. */
const meet = (a: readonly [number, number], b: readonly [number, number]): boolean => a[0] < b[1] && b[0] < a[1];

function overlaps(layout: Layout): string[] {
  const sorted = layout.boxes.toSorted((a, b) => a.y - b.y || a.x - b.x);
  return sorted.flatMap((box, at) => {
    const next = sorted[at + 1];
    // In one row neighbours are enough; rows are compared by their heights.
    if (next === undefined) return [];
    const sameRow = next.y === box.y && next.x < box.x + box.width;
    return sameRow || (next.y > box.y && next.y < box.y + box.height) ? [`${box.id} ${next.id}`] : [];
  });
}

/** A line has no width of its own. */
const reach = (a: number, b: number): readonly [number, number] => [Math.min(a, b) - 0.01, Math.max(a, b) + 0.01];

/** Pieces of arrows that pass through a box; both ends only touch theirs. */
function crossings(layout: Layout): string[] {
  const rows = [...Map.groupBy(layout.boxes, ({ y }) => y)];
  const hits = (from: Point, to: Point): string[] => {
    const wide = reach(from[0], to[0]);
    // What ends at a box touches it, and is not in it.
    const tall = from[1] === to[1] ? reach(from[1], to[1]) : ([Math.min(from[1], to[1]), Math.max(from[1], to[1])] as const);
    return rows
      .filter(([y, [first]]) => meet(tall, [y, y + (first?.height ?? 0)]))
      .flatMap(([, boxes]) => boxes.filter(({ x, width }) => meet(wide, [x, x + width])).map(({ id }) => id));
  };
  return layout.arrows.flatMap(({ from, to, points }) =>
    points.slice(1).flatMap((point, at) => hits(points[at] ?? point, point).map((id) => `${from} -> ${to} through ${id}`)),
  );
}

/** Every way that the document has, with its words. */
const wayWords = (nodes: readonly FlowNode[]): string[] => {
  const ids = new Set(nodes.map(({ id }) => id));
  return [
    ...new Set(
      nodes.flatMap(({ id, next }) => next.filter(({ to }) => ids.has(to)).map(({ to, label }) => `${id} ${to} ${label}`)),
    ),
  ].toSorted();
};
const drawnWords = (layout: Layout): string[] =>
  layout.arrows
    .filter(({ kind }) => kind === 'next')
    .flatMap(({ from, to, labels }) => labels.map((label) => `${from} ${to} ${label}`))
    .toSorted();

function expectWhole(nodes: readonly FlowNode[]): Layout {
  const layout = layOut(nodes);
  expect(layout.boxes.map(({ id }) => id).toSorted()).toEqual([...new Set(nodes.map(({ id }) => id))].toSorted());
  expect(overlaps(layout)).toEqual([]);
  expect(crossings(layout)).toEqual([]);
  expect(drawnWords(layout)).toEqual(wayWords(nodes));
  const points = [
    ...layout.arrows.flatMap((arrow) => arrow.points),
    ...layout.boxes.flatMap(({ x, y, width, height }) => [[x, y] as const, [x + width, y + height] as const]),
  ];
  expect(points.filter(([x, y]) => x < 0 || y < 0 || x > layout.width || y > layout.height)).toEqual([]);
  for (const { from, to, points: way } of layout.arrows) {
    const source = boxOf(layout, from);
    const target = boxOf(layout, to);
    expect(way[0]?.[1]).toBe(source.y + source.height);
    expect(way.at(-1)?.[1]).toBe(target.y);
  }
  return layout;
}

const TYPES = ['start', 'end', 'action', 'playbook-action', 'parallel', 'if-condition', 'while-condition', 'switch-condition'];
const LABELS = ['completion', 'success', 'failure', 'true', 'false', 'branch', 'case critical'];

/** Anything that may stand in a document while it is typed: circles, gaps, several ways between the same two. */
const anyFlow = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.array(
    fc.record({
      type: fc.constantFrom(...TYPES),
      next: fc.array(fc.record({ to: fc.integer({ min: 0, max: count }), label: fc.constantFrom(...LABELS) }), { maxLength: 6 }),
    }),
    { minLength: count, maxLength: count },
  ),
);

describe('the picture of a playbook', () => {
  it('overlaps nothing, leaves no way out, passes no box and is the same each time, whatever the document', () => {
    fc.assert(
      fc.property(anyFlow, (drafts) => {
        const nodes = drafts.map(({ type, next }, at) => ({
          id: `s${at}`,
          type,
          next: next.map(({ to, label }) => ({ to: `s${to}`, label })),
        }));
        const layout = expectWhole(nodes);
        expect(layOut(nodes)).toEqual(layout);
      }),
      { numRuns: 300 },
    );
  });

  it('goes straight down where there is one way on, and the way of failure stands beside it', () => {
    const layout = expectWhole([
      step('start', 'start', [['look']]),
      step('look', 'action', [
        ['ban', 'success'],
        ['tell', 'failure'],
      ]),
      step('ban', 'action', [['end']]),
      step('tell', 'action', [['end']]),
      step('end', 'end'),
    ]);
    expect(middle(layout, 'ban')).toBe(middle(layout, 'start'));
    expect(middle(layout, 'end')).toBe(middle(layout, 'start'));
    expect(middle(layout, 'tell')).toBeGreaterThan(middle(layout, 'ban'));
    expect(layout.arrows.map(({ words }) => words?.text).filter((text) => text !== undefined)).toEqual(['success', 'failure']);
  });

  it('stands branches side by side, and what follows below the ends of all of them', () => {
    const layout = expectWhole([
      step('both', 'parallel', [
        ['left', 'branch'],
        ['right', 'branch'],
        ['after', 'completion'],
      ]),
      step('left', 'action', [['left end']]),
      step('left end', 'end'),
      step('right', 'action', [['more']]),
      step('more', 'action', [['right end']]),
      step('right end', 'end'),
      step('after', 'end'),
    ]);
    expect(boxOf(layout, 'left').y).toBe(boxOf(layout, 'right').y);
    expect(middle(layout, 'left')).toBeLessThan(middle(layout, 'after'));
    expect(middle(layout, 'right')).toBeGreaterThan(middle(layout, 'after'));
    expect(boxOf(layout, 'after').y).toBeGreaterThan(boxOf(layout, 'right end').y);
  });

  it('draws a loop back to its condition, on the left of everything', () => {
    const layout = expectWhole([
      step('start', 'start', [['while']]),
      step('while', 'while-condition', [
        ['wait', 'true'],
        ['end', 'completion'],
      ]),
      step('wait', 'action', [['round']]),
      step('round', 'end'),
      step('end', 'end'),
    ]);
    const again = layout.arrows.filter(({ kind }) => kind === 'again');
    expect(again).toMatchObject([{ from: 'round', to: 'while' }]);
    const least = Math.min(...layout.boxes.map(({ x }) => x));
    expect(Math.min(...(again[0]?.points ?? []).map(([x]) => x))).toBeLessThan(least);
  });

  it('draws nothing of nothing, and leaves out ways to steps that are not there', () => {
    expect(layOut([])).toMatchObject({ boxes: [], arrows: [] });
    expect(expectWhole([step('only', 'action', [['typed half']])]).arrows).toEqual([]);
  });

  it.each([
    [
      'one after the other, all of them failing into one',
      (at: number) => [[`s${at + 1}`, 'success'] as const, ['s999', 'failure'] as const],
    ],
    [
      'all branches of one',
      (at: number) =>
        at === 0 ? Array.from({ length: 998 }, (_, to) => [`s${to + 1}`, 'branch'] as const) : [['s999'] as const],
    ],
    ['a circle of all', (at: number) => [[`s${(at + 1) % 1000}`] as const]],
    ['each into the next twelve', (at: number) => Array.from({ length: 12 }, (_, by) => [`s${at + by + 1}`, 'branch'] as const)],
    [
      'conditions in conditions',
      (at: number) => [[`s${2 * at + 1}`, 'true'] as const, [`s${2 * at + 2}`, 'false'] as const, ['s999'] as const],
    ],
  ])('a thousand steps are drawn whole: %s', (_, next) => {
    const nodes = Array.from({ length: 1000 }, (_none, at) =>
      step(`s${at}`, at % 2 === 0 ? 'if-condition' : 'action', at === 999 ? [] : next(at)),
    );
    expectWhole(nodes);
  });
});
