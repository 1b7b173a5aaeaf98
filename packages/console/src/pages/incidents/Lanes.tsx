import type { TimelineEntry } from '@holdfast/contract';
import { useCallback, useState } from 'react';
import { formatShort } from '../../state/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { LABEL_WIDTH, layLanes, type Mark } from './lanes.ts';
import { LANE_WORDS } from './words.ts';

/** So wide it is drawn until its place is known, and at most: letters keep their size on a telephone. */
const WIDTH_MAX = 960;
const FOOT = 26;
const COLOURS: Readonly<Record<TimelineEntry['lane'], string>> = {
  phase: 'var(--color-act)',
  event: 'var(--color-soft)',
  alert: 'var(--color-stop)',
  playbook: 'var(--color-note)',
  action: 'var(--color-watch)',
  approval: 'var(--color-ok)',
  note: 'var(--color-soft)',
  file: 'var(--color-soft)',
  task: 'var(--color-note)',
  clock: 'var(--color-stop)',
};

const sayMark = ({ entries }: Mark): string => {
  const [first] = entries;
  return entries.length === 1 ? (first?.title ?? '') : `${entries.length} entries, first: ${first?.title ?? ''}`;
};

/** The timeline as lanes, one for each kind of thing; the list below says the same in words. */
export function Lanes({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const now = useNow();
  const [width, setWidth] = useState(WIDTH_MAX);
  const measure = useCallback((place: HTMLElement | null) => {
    if (place === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const room = Math.round(entry?.contentRect.width ?? 0);
      if (room > 0) setWidth(Math.min(room, WIDTH_MAX));
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  const { lanes, height, ticks } = layLanes(entries, width);
  return (
    <div className="mx-4 mb-2" ref={measure}>
      <svg
        viewBox={`0 0 ${width} ${height + FOOT}`}
        className="h-auto w-full text-ink"
        role="img"
        aria-label={`${entries.length} entries in ${lanes.length} lanes; listed below`}
      >
        {lanes.map(({ lane, y, marks }) => (
          <g key={lane}>
            <text x={0} y={y + 4} fontSize="12" fill="currentColor">
              {LANE_WORDS[lane]}
            </text>
            <line x1={LABEL_WIDTH} x2={width} y1={y} y2={y} stroke="var(--color-line)" />
            {marks.map((mark) => (
              <g key={mark.entries[0]?.id}>
                <title>{sayMark(mark)}</title>
                <circle cx={mark.x} cy={y} r={mark.entries.length === 1 ? 5 : 9} fill={COLOURS[lane]} />
                {mark.entries.length > 1 && (
                  <text x={mark.x} y={y + 3.5} fontSize="10" textAnchor="middle" fill="var(--color-card)">
                    {mark.entries.length > 99 ? '99+' : mark.entries.length}
                  </text>
                )}
              </g>
            ))}
          </g>
        ))}
        {ticks.map(({ x, at }, index) => (
          <text
            key={at}
            x={x}
            y={height + 16}
            fontSize="11"
            fill="currentColor"
            opacity="0.75"
            textAnchor={index === 0 ? 'start' : index === ticks.length - 1 ? 'end' : 'middle'}
          >
            {formatShort(Math.round(at), now)}
          </text>
        ))}
      </svg>
    </div>
  );
}
