import type uPlot from 'uplot';
import { formatTick } from '../../state/format.ts';
import type { Series } from './Plot.tsx';
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

/** A canvas knows no custom properties: what a colour with tokens means here and now, as one that it takes. */
function colourOf(box: HTMLElement, written: string): string {
  const probe = document.createElement('span');
  probe.style.color = written;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const line = (token: string): string => `var(${token})`;
/** Opaque, so that areas on top of each other do not mix. */
const area = (token: string): string => `color-mix(in srgb, var(${token}) 38%, var(--color-card))`;

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

function axes(box: HTMLElement, { format, isStacked }: Drawing): uPlot.Axis[] {
  const stroke = colourOf(box, line('--color-soft'));
  const rule = { stroke: colourOf(box, line('--color-line')), width: 1 };
  const font = `12px ${getComputedStyle(box).fontFamily}`;
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
  const lines = drawn.map(({ name, token }): uPlot.Series => {
    const stroke = colourOf(box, line(token));
    return {
      label: name,
      stroke,
      width: 1.5,
      points: { show: false },
      ...(isStacked ? { fill: colourOf(box, area(token)) } : {}),
    };
  });
  const options: uPlot.Options = {
    width: Math.max(box.clientWidth, 80),
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: axes(box, drawing),
    series: [{}, ...lines],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
  const data = [times.map((time) => time / 1000), ...drawn.map(({ values }) => [...values])] as uPlot.AlignedData;
  return new UPlot(options, data, box);
}
