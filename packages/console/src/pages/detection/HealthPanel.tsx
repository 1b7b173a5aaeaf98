import type { WatchHealth } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { formatCount } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { healthQuery } from './calls.ts';
import { CANARY_TONES, CANARY_WORDS, WATCH_TONES, WATCH_WORDS } from './words.ts';

type Source = WatchHealth['sources'][number];
type Canary = WatchHealth['canaries'][number];

const CANARIES: readonly Column<Canary>[] = [
  { head: 'Planted', cell: ({ name }) => name },
  { head: 'Outcome', cell: ({ outcome }) => <Badge tone={CANARY_TONES[outcome]}>{CANARY_WORDS[outcome]}</Badge> },
  { head: 'When', cell: ({ plantedAt }) => (plantedAt === null ? 'not yet' : <Time at={plantedAt} isRelative />) },
  { head: 'Seen', cell: ({ seenAt }) => (seenAt === null ? 'not yet' : <Time at={seenAt} isRelative />) },
];
const SOURCES: readonly Column<Source>[] = [
  { head: 'Events', cell: ({ type }) => <code>{type}</code> },
  { head: 'Application', cell: ({ application }) => application ?? 'none' },
  { head: 'Last', cell: ({ lastAt }) => <Time at={lastAt} isRelative /> },
  { head: 'State', cell: ({ isSilent }) => <Badge tone={isSilent ? 'watch' : 'ok'}>{isSilent ? 'Silent' : 'Heard'}</Badge> },
];

/** Whether what is planted is found, and what is not heard any more. */
export function HealthPanel() {
  const { data } = useSuspenseQuery(healthQuery);
  return (
    <div className="grid gap-5">
      <Callout tone={WATCH_TONES[data.state]} title={WATCH_WORDS[data.state]}>
        Since <Time at={data.since} />: {formatCount(data.events)} events judged, {formatCount(data.dropped)} not.
      </Callout>
      <Panel title="Figures">
        <Figures health={data} />
      </Panel>
      <Panel title="Planted, to see whether they are found" isFlush>
        <DataTable
          caption="Planted events"
          rows={data.canaries}
          keyOf={({ name }) => name}
          columns={CANARIES}
          empty={<p className="px-4 pb-4 text-soft">None was planted yet.</p>}
        />
      </Panel>
      <Panel title="Where events come from" isFlush>
        <DataTable
          caption="Sources of events"
          rows={data.sources}
          keyOf={({ application, type }) => `${application ?? ''} ${type}`}
          columns={SOURCES}
          empty={<p className="px-4 pb-4 text-soft">No event came yet.</p>}
        />
      </Panel>
    </div>
  );
}

function Figures({ health: { latencyMs, eventsPerSecond, rules, feeds, channels } }: { readonly health: WatchHealth }) {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  return (
    <KeyValues
      items={[
        [
          'From event to finding',
          latencyMs === null
            ? 'nothing found yet'
            : `${ms(latencyMs.p50)}; 95 % within ${ms(latencyMs.p95)}, 99 % within ${ms(latencyMs.p99)}`,
        ],
        ['Events', `${Math.round(eventsPerSecond * 10) / 10} a second`],
        ['Rules', `${rules.on} on, ${rules.test} only count, ${rules.off} off`],
        [
          'Never fired',
          <LinkTo key="silent" to={paths.rules({ silent: 'true' })}>
            {rules.silent}
          </LinkTo>,
        ],
        ['Cannot fire here', rules.idle],
        ['Feeds', `${feeds.sources}, of which ${feeds.stale} are stale`],
        [
          'Channels',
          `${channels.working} work, ${channels.failing} fail, ${channels.waiting} messages wait, ${channels.dead} could not be sent`,
        ],
      ]}
    />
  );
}
