import type uPlot from 'uplot';
import { formatTick } from '../../state/format.ts';
import type { Series } from './series.ts';
import 'uplot/dist/uPlot.min.css';

export interface Drawing {
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly isStacked: boolean;
  readonly height: number;
  readonly format: (value: number) => string;
  /** The index under the pointer, null = none. */
  readonly onPoint: (index: number | null) => void;
}

type Colours = ReadonlyMap<string, string>;

const line = (token: string): string => `var(${token})`;
/** Opaque, so that areas on top of each other do not mix. */
const area = (token: string): string => `color-mix(in srgb, var(${token}) 38%, var(--color-card))`;
const AXIS = line('--color-soft');
const GRID = line('--color-line');

/** A canvas knows no custom properties: what colours with tokens mean here and now. All at once: each look makes the browser lay out. */
function measure(box: HTMLElement, written: readonly string[]): Colours {
  const probes = written.map((color) => {
    const probe = document.createElement('span');
    probe.style.color = color;
    return probe;
  });
  box.append(...probes);
  const colours = new Map(probes.map((probe, index) => [written[index] ?? '', getComputedStyle(probe).color]));
  for (const probe of probes) probe.remove();
  return colours;
}

/** Each series with all that lie below it; the highest is drawn first. */
function stack(series: readonly Series[]): readonly Series[] {
  const sums: number[] = [];
  return series
    .map((each) => ({
      ...each,
      values: each.values.map((value, index) => (sums[index] = (sums[index] ?? 0) + value)),
    }))
    .toReversed();
}

/** Between two marks of the axis, in milliseconds. */
const stepMs = ([first = 0, second = 0]: readonly number[]): number => (second - first) * 1000;

/** Requests come in whole numbers. */
const WHOLE = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
];

function axes({ format, isStacked }: Drawing, colours: Colours, font: string): uPlot.Axis[] {
  const stroke = colours.get(AXIS) ?? '';
  const rule = { stroke: colours.get(GRID) ?? '', width: 1 };
  const none = { show: false };
  return [
    {
      stroke,
      font,
      grid: none,
      ticks: none,
      space: 90,
      size: 28,
      values: (_plot, ticks) => ticks.map((tick) => formatTick(tick * 1000, stepMs(ticks))),
    },
    {
      stroke,
      font,
      grid: rule,
      ticks: none,
      size: 52,
      space: 34,
      ...(isStacked ? { incrs: WHOLE } : {}),
      values: (_plot, ticks) => ticks.map((tick) => format(tick)),
    },
  ];
}

export function drawPlot(UPlot: typeof uPlot, box: HTMLElement, drawing: Drawing): uPlot {
  const { times, series, isStacked, height, onPoint } = drawing;
  const drawn = isStacked ? stack(series) : series;
  const colours = measure(box, [AXIS, GRID, ...series.flatMap(({ token }) => [line(token), area(token)])]);
  const lines = drawn.map(({ name, token }): uPlot.Series => {
    const stroke = colours.get(line(token)) ?? '';
    const fill = isStacked ? { fill: colours.get(area(token)) ?? '' } : {};
    return { label: name, stroke, width: 1.5, points: { show: false }, ...fill };
  });
  const options: uPlot.Options = {
    width: Math.max(box.clientWidth, 80),
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: axes(drawing, colours, `12px ${getComputedStyle(box).fontFamily}`),
    series: [{}, ...lines],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
  const data = [times.map((time) => time / 1000), ...drawn.map(({ values }) => [...values])] as uPlot.AlignedData;
  return new UPlot(options, data, box);
}
