import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { isQuiet, seriesOf, spanOf, SPANS, trafficQuery } from '../../api/traffic.ts';
import { formatDuration } from '../../state/format.ts';
import { useSearchState } from '../../state/search.ts';
import { classes } from '../../ui/classes.ts';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/plot/Plot.tsx';
import { LiveRate } from './LiveRate.tsx';

/** Requests over time by what became of them, and what Holdfast itself took of their time. */
export function Traffic() {
  const { search, set } = useSearchState();
  const span = spanOf(search['span']);
  const isWithoutAllowed = search['without'] === 'allowed';
  const { data } = useSuspenseQuery(trafficQuery(span));
  const times = useMemo(() => data.points.map(({ time }) => time), [data]);
  const series = useMemo(() => seriesOf(data, isWithoutAllowed), [data, isWithoutAllowed]);
  const added = useMemo(
    () => [{ name: '95 % of requests', token: '--color-act', values: data.points.map(({ p95Us }) => p95Us ?? 0) }],
    [data],
  );
  return (
    <Panel
      title="Traffic"
      action={<SpanChoice chosen={span.name} onChoose={(name) => set({ span: name === '1h' ? null : name })} />}
    >
      {isQuiet(data) ? (
        <EmptyState
          title="No traffic yet"
          text="A harmless test attack shows what a request looks like here."
          command="holdfast test attack"
        />
      ) : (
        <>
          <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4">
            <CheckField
              label="Without what was allowed"
              isChecked={isWithoutAllowed}
              onChange={(isOn) => set({ without: isOn ? 'allowed' : null })}
            />
            <LiveRate />
          </div>
          <Plot
            label={`Requests of the last ${span.title.toLowerCase()}, by what became of them`}
            times={times}
            series={series}
            isStacked
          />
          <h3 className="mt-6 mb-1 font-semibold">Time added</h3>
          <Plot
            label="Time that Holdfast added to 95 % of requests"
            times={times}
            series={added}
            height={90}
            format={formatDuration}
          />
        </>
      )}
    </Panel>
  );
}

function SpanChoice({ chosen, onChoose }: { readonly chosen: string; readonly onChoose: (name: string) => void }) {
  return (
    <div role="group" aria-label="Span" className="flex rounded-md border border-line">
      {SPANS.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          className={classes('px-2.5 py-1 text-[0.875rem]', name === chosen ? 'bg-tint font-medium' : 'text-soft hover:text-ink')}
          onClick={() => onChoose(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
