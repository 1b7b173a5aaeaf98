import type { Link, Spot } from './graph.ts';
import {
  BOX_HEIGHT,
  BOX_WIDTH,
  ENTRY_STEP,
  LANE_WIDTH,
  MARGIN,
  POINT_HEIGHT,
  PORT_STEP,
  PORTS_MAX,
  TRACK_HEIGHT,
  WORDS_HEIGHT,
} from './measures.ts';
import { assignTracks, type Span } from './tracks.ts';

export type Point = readonly [x: number, y: number];

/** An arrow before heights are known: where it leaves, where it comes in, and what it needs on its way. */
interface Route {
  readonly link: Link;
  readonly port: number;
  readonly entry: number;
  /** Straight down through its own column, or around all boxes. */
  readonly way: 'down' | 'left' | 'right';
  /** Leaves through the middle with many others: its words stand where it comes in. */
  readonly isBus: boolean;
}

export interface Routed extends Route {
  readonly points: readonly Point[];
}

export interface Picture {
  readonly routes: readonly Routed[];
  /** Added to every x: ways up need room on the left. */
  readonly shift: number;
  readonly width: number;
  readonly height: number;
  readonly topOf: (layer: number) => number;
}

export function routeLinks(spots: readonly Spot[]): Picture {
  const routes = spots.flatMap(leave);
  const lefts = laneSpans(routes, 'left');
  const rights = laneSpans(routes, 'right');
  const left = Math.min(0, ...spots.map(({ x }) => x)) - BOX_WIDTH / 2;
  const right = Math.max(0, ...spots.map(({ x }) => x)) + BOX_WIDTH / 2;
  const laneX = ({ way, link }: Route): number =>
    way === 'left'
      ? left - MARGIN - (lefts.trackOf.get(link.to.id) ?? 0) * LANE_WIDTH
      : right + MARGIN + (rights.trackOf.get(link.to.id) ?? 0) * LANE_WIDTH;
  const rows = measureRows(spots, routes, laneX);
  const shift = MARGIN - left + (lefts.count === 0 ? 0 : MARGIN + lefts.count * LANE_WIDTH);
  const width = right + shift + MARGIN + (rights.count === 0 ? 0 : MARGIN + rights.count * LANE_WIDTH);
  return {
    routes: routes.map((route) => ({ ...route, points: pointsOf(route, rows, { laneX, shift }) })),
    shift,
    width,
    height: rows.height,
    topOf: rows.topOf,
  };
}

/** The arrows that leave one box, from left to right as they go on. */
function leave(spot: Spot): readonly Route[] {
  const drafts = spot.out.map((link) => ({ link, way: wayOf(link), ...entryOf(link) }));
  const place = ({ way, entry }: (typeof drafts)[number]): number =>
    way === 'down' ? entry : way === 'left' ? -Infinity : Infinity;
  const sorted = drafts.toSorted((a, b) => place(a) - place(b));
  const isBus = sorted.length > PORTS_MAX;
  const straight = sorted.findIndex(({ way, entry }) => way === 'down' && entry === spot.x);
  const middle = straight === -1 ? (sorted.length - 1) / 2 : straight;
  const widest = BOX_WIDTH / 2 - 10;
  return sorted.map((draft, at) => {
    const step = Math.max(-widest, Math.min(widest, (at - middle) * PORT_STEP));
    return { ...draft, port: spot.x + (isBus ? 0 : step), isBus };
  });
}

function wayOf({ from, to, isBack, isTree }: Link): Route['way'] {
  if (isBack) return 'left';
  return isTree || to.layer === from.layer + 1 ? 'down' : 'right';
}

const entryOf = ({ to, isTree }: Link): { readonly entry: number } => ({ entry: isTree ? to.x : to.x + ENTRY_STEP });

/** Those that lead to the same box share a lane. */
const laneSpans = (routes: readonly Route[], side: 'left' | 'right') =>
  assignTracks(
    routes
      .filter(({ way }) => way === side)
      .map(({ link: { from, to } }) => ({ key: to.id, from: from.layer, to: to.layer - 1 })),
    1,
  );

const isStraight = ({ way, port, entry }: Route): boolean => way === 'down' && port === entry;
/** Below the layer of this number; -1 is above the first. */
const leavesBy = ({ link }: Route): number => link.from.layer;
const entersBy = ({ link }: Route): number => link.to.layer - 1;
const outKey = ({ link, isBus }: Route): string =>
  isBus ? `out ${link.from.id}` : `out ${link.from.id} ${link.to.id} ${link.kind}`;
const inKey = ({ link, way }: Route): string => `in ${way} ${link.to.id}`;

interface Rows {
  readonly topOf: (layer: number) => number;
  readonly trackY: (gap: number, key: string) => number;
  readonly height: number;
}

/** How high each gap has to be for the arrows that go sideways in it. */
function measureRows(spots: readonly Spot[], routes: readonly Route[], laneX: (route: Route) => number): Rows {
  const last = Math.max(0, ...spots.map(({ layer }) => layer));
  const spans = Array.from({ length: last + 2 }, (): Span[] => []);
  const need = (gap: number, span: Span): unknown => spans[gap + 1]?.push(span);
  for (const route of routes) {
    if (isStraight(route)) continue;
    const { port, entry, way } = route;
    need(leavesBy(route), { key: outKey(route), from: port, to: way === 'down' ? entry : laneX(route) });
    if (way !== 'down') need(entersBy(route), { key: inKey(route), from: laneX(route), to: entry });
  }
  const gaps = spans.map((each) => assignTracks(each, TRACK_HEIGHT));
  const tops: number[] = [];
  let y = MARGIN;
  for (const [at, { count }] of gaps.entries()) {
    tops.push(y);
    const isOutside = at === 0 || at === gaps.length - 1;
    y += isOutside && count === 0 ? 0 : WORDS_HEIGHT + count * TRACK_HEIGHT + POINT_HEIGHT;
    if (at < gaps.length - 1) y += BOX_HEIGHT;
  }
  const gapTop = (gap: number): number => tops[gap + 1] ?? 0;
  return {
    topOf: (layer) => gapTop(layer) - BOX_HEIGHT,
    trackY: (gap, key) => gapTop(gap) + WORDS_HEIGHT + (gaps[gap + 1]?.trackOf.get(key) ?? 0) * TRACK_HEIGHT,
    height: y + MARGIN,
  };
}

function pointsOf(
  route: Route,
  { topOf, trackY }: Rows,
  { laneX, shift }: { readonly laneX: (route: Route) => number; readonly shift: number },
): readonly Point[] {
  const { link, way } = route;
  const port = route.port + shift;
  const entry = route.entry + shift;
  const from: Point = [port, topOf(link.from.layer) + BOX_HEIGHT];
  const to: Point = [entry, topOf(link.to.layer)];
  if (isStraight(route)) return [from, to];
  const out = trackY(leavesBy(route), outKey(route));
  if (way === 'down') return [from, [port, out], [entry, out], to];
  const lane = laneX(route) + shift;
  const into = trackY(entersBy(route), inKey(route));
  return [from, [port, out], [lane, out], [lane, into], [entry, into], to];
}
