import type { AlertSummary } from '@holdfast/contract';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { read } from '../../api/client.ts';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useLive } from '../../api/live.ts';
import { formatCountOf } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/plot/Plot.tsx';

const FRESH_MS = 15_000;
const RISKY_MAX = 5;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

const summaryQuery = queryOptions({
  queryKey: ['alerts', 'summary'],
  queryFn: async ({ signal }) => read<AlertSummary>('/alerts/summary', {}, signal),
  refetchInterval: FRESH_MS,
});

/** What the watch found in the last day, when, and about whom. */
export function Watched() {
  const { data, refetch } = useSuspenseQuery(summaryQuery);
  useLive({ onRecord: ({ type }) => void (type === 'alert.opened' && refetch()) });
  const open = SEVERITIES.filter((severity) => data.open[severity] > 0);
  const times = useMemo(() => data.hours.map(({ at }) => at), [data]);
  const series = useMemo(
    () => [{ name: 'alerts', token: '--color-stop', values: data.hours.map(({ alerts }) => alerts) }],
    [data],
  );
  return (
    <Panel title="Watched" action={<LinkTo to={paths.alerts()}>All alerts</LinkTo>}>
      {open.length === 0 ? (
        <p className="text-soft">Nothing is open. Every event is held against the rules and behaviours of the watch.</p>
      ) : (
        <p className="flex flex-wrap gap-2">
          {open.map((severity) => (
            <LinkTo key={severity} to={paths.alerts({ severity })}>
              <Badge tone={SEVERITY_TONES[severity]}>
                {data.open[severity]} {SEVERITY_WORDS[severity].toLowerCase()}
              </Badge>
            </LinkTo>
          ))}
        </p>
      )}
      {data.hours.length > 1 && (
        <div className="mt-3">
          <Plot label="Alerts of the last day, by hour" times={times} series={series} height={90} />
        </div>
      )}
      {data.risky.length > 0 && (
        <ol className="mt-3 flex flex-col gap-1">
          {data.risky.slice(0, RISKY_MAX).map(({ entity, risk, alerts }) => (
            <li key={`${entity.kind} ${entity.value}`} className="flex items-baseline justify-between gap-3">
              <LinkTo to={paths.alerts({ entity: entity.value, state: 'all' })} className="link min-w-0 truncate">
                {entity.value}
              </LinkTo>
              <span className="shrink-0 text-soft">
                risk {Math.round(risk)}, {formatCountOf(alerts, 'alert')}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
