import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { formatCount, formatMoment } from '../../state/format.ts';
import { Key } from './Key.tsx';
import { PlotTable } from './PlotTable.tsx';
import { drawPlot, type Drawing } from './draw.ts';
import type { Series } from './series.ts';
import { useThemeChanges } from './use-theme-changes.ts';

export interface PlotProps {
  /** What is shown, in one sentence: the text of the picture. */
  readonly label: string;
  /** Milliseconds, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** Areas on top of each other instead of lines. */
  readonly isStacked?: boolean;
  readonly height?: number;
  readonly format?: (value: number) => string;
}

/** A time series; beside the picture there is always the same as a table. */
export function Plot({ label, times, series, isStacked = false, height = 200, format = formatCount }: PlotProps) {
  const [at, point] = useState<number | null>(null);
  const theme = useThemeChanges();
  const time = at === null ? undefined : times[at];
  return (
    <figure>
      <div role="img" aria-label={label}>
        <Canvas key={theme} {...{ times, series, isStacked, height, format, onPoint: point }} />
      </div>
      <figcaption className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem] text-soft">
        {series.map(({ name, token, values }) => (
          <Key key={name} token={token}>
            {name}
            {at !== null && <strong className="ms-1 text-ink">{format(values[at] ?? 0)}</strong>}
          </Key>
        ))}
        <span className="ms-auto">{time !== undefined && formatMoment(time)}</span>
      </figcaption>
      <PlotTable label={label} times={times} series={series} format={format} />
    </figure>
  );
}

const IDLE_MS_MAX = 500;
/** The words of a page come before its pictures. Not every browser can tell when it has nothing to do. */
const idle = async (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: IDLE_MS_MAX });
    else setTimeout(resolve, 0);
  });

/** The library comes with the first picture: pages without one do not load it. */
function Canvas({ times, series, isStacked, height, format, onPoint }: Drawing) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    let plot: uPlot | null = null;
    let isGone = false;
    const resized = new ResizeObserver(() => plot?.setSize({ width: current.clientWidth, height }));
    const draw = async (): Promise<void> => {
      await idle();
      const { default: UPlot } = await import('uplot');
      if (isGone) return;
      plot = drawPlot(UPlot, current, { times, series, isStacked, height, format, onPoint });
      resized.observe(current);
    };
    void draw();
    return () => {
      isGone = true;
      resized.disconnect();
      plot?.destroy();
    };
  }, [times, series, isStacked, height, format, onPoint]);
  return <div ref={box} style={{ height }} />;
}
