import type { Link, Spot } from './graph.ts';

interface Walked {
  readonly spot: Spot;
  /** Ways on that are not walked yet. */
  readonly links: readonly Link[];
  readonly below: readonly Spot[];
  at: number;
}

/**
 * Gives each step its layer: one below the lowest of those that lead to it. Arrows that close a circle lead up (depth first, with
 * a stack of our own: a document may be a thousand steps deep).
 */
export function assignLayers(spots: readonly Spot[]): void {
  const order: Spot[] = [];
  const done = new Set<Spot>();
  const open = new Set<Spot>();
  const closing = new Map<Spot, Set<Spot>>();
  const first = spots.filter(({ type }) => type === 'start');
  for (const root of [...first, ...spots]) if (!done.has(root)) walk(root, { order, done, open, closing });
  for (const spot of order.toReversed()) {
    for (const { to, isBack } of spot.out) if (!isBack) to.layer = Math.max(to.layer, spot.layer + 1);
    for (const to of spot.above) if (closing.get(spot)?.has(to) !== true) to.layer = Math.max(to.layer, spot.layer + 1);
  }
}

interface Walk {
  readonly order: Spot[];
  readonly done: Set<Spot>;
  /** On the way from the root to here. */
  readonly open: Set<Spot>;
  /** What should stand below, and stands above. */
  readonly closing: Map<Spot, Set<Spot>>;
}

function walk(root: Spot, { order, done, open, closing }: Walk): void {
  const enter = (spot: Spot): Walked => {
    open.add(spot);
    return { spot, links: spot.out, below: spot.above, at: 0 };
  };
  const stack = [enter(root)];
  for (let here = stack.at(-1); here !== undefined; here = stack.at(-1)) {
    const { spot, links, below, at } = here;
    const link = links[at];
    const to = link?.to ?? below[at - links.length];
    here.at += 1;
    if (to === undefined) {
      stack.pop();
      open.delete(spot);
      done.add(spot);
      order.push(spot);
    } else if (open.has(to) || link?.kind === 'again') {
      if (link === undefined) closing.set(spot, (closing.get(spot) ?? new Set()).add(to));
      else link.isBack = true;
    } else if (!done.has(to)) stack.push(enter(to));
  }
}
