import { COLUMN_GAP, COLUMN_WIDTH } from './measures.ts';

/** How far a part of the picture reaches to both sides, layer by layer from its top down, seen from the middle of its first box. */
export interface Outline {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

export const NOTHING: Outline = { left: [], right: [] };

/** The same part with a column kept free above it, over so many layers. */
export function underColumn({ left, right }: Outline, layers: number): Outline {
  const column = Array.from({ length: layers }, () => COLUMN_WIDTH / 2);
  return { left: [...column.map((x) => -x), ...left], right: [...column, ...right] };
}

/** Where a part has to stand, right (1) or left (-1) of another, so that nothing of both touches; both begin in the same layer. */
export function placeBeside(all: Outline, part: Outline, side: 1 | -1): number {
  const [near, far] = side === 1 ? [all.right, part.left] : [part.right, all.left];
  const rooms = near.slice(0, far.length).map((x, at) => x - (far[at] ?? 0) + COLUMN_GAP);
  return rooms.length === 0 ? 0 : side * Math.max(...rooms);
}

export function together(all: Outline, part: Outline, offset: number): Outline {
  const depth = Math.max(all.left.length, part.left.length);
  const layers = Array.from({ length: depth }, (_, at) => at);
  return {
    left: layers.map((at) => Math.min(all.left[at] ?? Infinity, (part.left[at] ?? Infinity) + offset)),
    right: layers.map((at) => Math.max(all.right[at] ?? -Infinity, (part.right[at] ?? -Infinity) + offset)),
  };
}

export const moved = ({ left, right }: Outline, by: number): Outline => ({
  left: left.map((x) => x + by),
  right: right.map((x) => x + by),
});
