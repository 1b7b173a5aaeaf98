import type uPlot from 'uplot';
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

/** A canvas knows no custom properties: what a token means here and now, as a colour it takes. */
function colourOf(box: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const faded = (colour: string, share: number): string => colour.replace(/^rgb\((.*)\)$/u, `rgba($1, ${share})`);

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

function axes(box: HTMLElement, format: (value: number) => string): uPlot.Axis[] {
  const stroke = colourOf(box, '--color-soft');
  const line = { stroke: colourOf(box, '--color-line'), width: 1 };
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const none = { show: false };
  return [
    { stroke, font, grid: none, ticks: none, space: 90, size: 28 },
    { stroke, font, grid: line, ticks: none, size: 48, space: 34, values: (_plot, ticks) => ticks.map((tick) => format(tick)) },
  ];
}

export function drawPlot(UPlot: typeof uPlot, box: HTMLElement, drawing: Drawing): uPlot {
  const { times, series, isStacked, height, format, onPoint } = drawing;
  const drawn = isStacked ? stack(series) : series;
  const lines = drawn.map(({ name, token }): uPlot.Series => {
    const stroke = colourOf(box, token);
    return { label: name, stroke, width: 1.5, points: { show: false }, ...(isStacked ? { fill: faded(stroke, 0.22) } : {}) };
  });
  const options: uPlot.Options = {
    width: Math.max(box.clientWidth, 80),
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: axes(box, format),
    series: [{}, ...lines],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
  const data = [times.map((time) => time / 1000), ...drawn.map(({ values }) => [...values])] as uPlot.AlignedData;
  return new UPlot(options, data, box);
}
