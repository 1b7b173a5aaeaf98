import { isContinuation, isOpener, type Link, type Spot } from './graph.ts';
import { BOX_WIDTH } from './measures.ts';
import { moved, NOTHING, placeBeside, together, underColumn, type Outline } from './outline.ts';

/** What stands below a box, while its parts are put side by side. */
class Row {
  outline: Outline = NOTHING;
  readonly #outlines: ReadonlyMap<Spot, Outline>;
  readonly #layer: number;
  readonly #offsets: Map<Spot, number>;

  constructor(outlines: ReadonlyMap<Spot, Outline>, offsets: Map<Spot, number>, layer: number) {
    this.#outlines = outlines;
    this.#offsets = offsets;
    this.#layer = layer;
  }

  put(spot: Spot, side: 1 | -1): void {
    const part = underColumn(this.#outlines.get(spot) ?? NOTHING, spot.layer - this.#layer);
    const offset = placeBeside(this.outline, part, side);
    this.#offsets.set(spot, offset);
    this.outline = together(this.outline, part, offset);
  }
}

/**
 * Gives each step its place from left to right: a tree in which what goes on stands straight below, and branches beside it as
 * near as they fit (the outlines of Reingold and Tilford). An arrow of the tree over several layers keeps its column free.
 */
export function assignColumns(spots: readonly Spot[]): void {
  for (const spot of spots) {
    const link = chooseParent(spot);
    if (link !== undefined) link.isTree = true;
  }
  const offsets = new Map<Spot, number>();
  const outlines = new Map<Spot, Outline>();
  const deepFirst = spots.toSorted((a, b) => b.layer - a.layer);
  for (const spot of deepFirst) {
    const row = new Row(outlines, offsets, spot.layer + 1);
    outlines.set(spot, outlineOf(spot, row, offsets));
  }
  const isFirst = ({ type }: Spot): number => (type === 'start' ? 0 : 1);
  const roots = spots.filter(({ into }) => !into.some(({ isTree }) => isTree)).toSorted((a, b) => isFirst(a) - isFirst(b));
  const forest = new Row(outlines, offsets, 0);
  for (const root of roots) forest.put(root, 1);
  for (const spot of deepFirst.toReversed()) {
    const parent = spot.into.find(({ isTree }) => isTree)?.from;
    spot.x = (parent?.x ?? 0) + (offsets.get(spot) ?? 0);
  }
}

/** What goes on before what branches off; then the lowest, so that the arrow is short. */
function chooseParent({ into }: Spot): Link | undefined {
  const rank = (link: Link): number => (isContinuation(link) ? 1 : 0);
  const fit = into.filter(({ isBack, from, to }) => !isBack && from.layer < to.layer);
  return fit.toSorted((a, b) => rank(b) - rank(a) || b.from.layer - a.from.layer)[0];
}

function outlineOf(spot: Spot, row: Row, offsets: Map<Spot, number>): Outline {
  const children = spot.out.filter(({ isTree }) => isTree);
  const main = children.find(isContinuation) ?? (children.length === 1 ? children[0] : undefined);
  const others = children.filter((link) => link !== main).map(({ to }) => to);
  const leftOnes = main !== undefined && isOpener(spot) ? Math.ceil(others.length / 2) : 0;
  if (main !== undefined) row.put(main.to, 1);
  for (const other of others.slice(leftOnes)) row.put(other, 1);
  for (const other of others.slice(0, leftOnes).toReversed()) row.put(other, -1);
  // Without one that goes straight on, the step stands over the middle of its branches.
  const places = children.map(({ to }) => offsets.get(to) ?? 0);
  const middle = main === undefined && places.length > 0 ? (Math.min(...places) + Math.max(...places)) / 2 : 0;
  for (const { to } of children) offsets.set(to, (offsets.get(to) ?? 0) - middle);
  const { left, right } = moved(row.outline, -middle);
  return { left: [-BOX_WIDTH / 2, ...left], right: [BOX_WIDTH / 2, ...right] };
}
