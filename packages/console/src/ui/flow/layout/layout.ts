import { assignColumns } from './columns.ts';
import { isOpener, readGraph, type FlowNode, type LinkKind } from './graph.ts';
import { assignLayers } from './layers.ts';
import { BOX_HEIGHT, BOX_WIDTH } from './measures.ts';
import { routeLinks, type Point, type Routed } from './routes.ts';

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
  /** All that the document says of the way between these two. */
  readonly labels: readonly string[];
  readonly points: readonly Point[];
  /** Null = nothing has to be said: it is the only way on. */
  readonly words: { readonly text: string; readonly x: number; readonly y: number; readonly side: 'start' | 'end' } | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

const WORDS_CHARS_MAX = 14;

/**
 * Where the steps of a playbook are drawn, and their arrows: down from layer to layer, what goes on straight below, branches side by
 * side, loops back up on the left. No arrow passes a box: those that would go around all of them. The same steps, the same picture.
 *
 * @example layOut([{ id: 'a', type: 'start', next: [{ to: 'b', label: 'completion' }] }, { id: 'b', type: 'end', next: [] }])
 */
export function layOut(nodes: readonly FlowNode[]): Layout {
  const spots = readGraph(nodes);
  assignLayers(spots);
  assignColumns(spots);
  const { routes, shift, width, height, topOf } = routeLinks(spots);
  return {
    width,
    height,
    boxes: spots.map(({ id, x, layer }) => ({
      id,
      x: x + shift - BOX_WIDTH / 2,
      y: topOf(layer),
      width: BOX_WIDTH,
      height: BOX_HEIGHT,
    })),
    arrows: routes.map((route) => ({
      from: route.link.from.id,
      to: route.link.to.id,
      kind: route.link.kind,
      labels: route.link.labels,
      points: route.points,
      words: wordsOf(route),
    })),
  };
}

/** Beside the foot of an arrow; where many leave together, beside its point. */
function wordsOf({ link, points, isBus, port }: Routed): Arrow['words'] {
  const { from, labels } = link;
  const said = labels.filter((label) => label !== 'branch' && (label !== 'completion' || from.out.length > 1));
  const at = isBus ? points.at(-1) : points[0];
  if (said.length === 0 || at === undefined) return null;
  const words = said.map((label) => (label === 'completion' && isOpener(from) ? 'then' : label)).join(', ');
  const text = words.length > WORDS_CHARS_MAX ? `${words.slice(0, WORDS_CHARS_MAX - 1)}…` : words;
  const isLeft = !isBus && port < from.x;
  return { text, x: at[0] + (isLeft ? -5 : 5), y: at[1] + (isBus ? -10 : 14), side: isLeft ? 'end' : 'start' };
}
