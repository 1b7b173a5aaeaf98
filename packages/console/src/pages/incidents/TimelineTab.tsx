import type { TimelineEntry } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { timelineQuery } from './calls.ts';
import { Lanes } from './Lanes.tsx';
import { LANE_WORDS } from './words.ts';

/** Where an entry leads; null = nowhere. */
function hrefOf({ lane, ref }: TimelineEntry): string | null {
  if (ref === null) return null;
  if (lane === 'alert') return paths.alert(ref);
  if (lane === 'playbook') return paths.run(ref);
  return lane === 'event' ? paths.request(ref) : null;
}

/** Everything that happened, as a picture and in words, the newest first. */
export function TimelineTab({ id }: { readonly id: string }) {
  const { data } = useSuspenseQuery(timelineQuery(id));
  const { entries } = data;
  if (entries.length === 0)
    return (
      <Panel>
        <EmptyState title="Nothing happened yet" text="Alerts, actions, notes and everything else come here by themselves." />
      </Panel>
    );
  // Turned round and not sorted: what happened in the same moment keeps its order too.
  const newest = entries.toReversed();
  return (
    <Panel title="Timeline" isFlush>
      <Lanes entries={entries} />
      <ol className="border-t border-line">
        {newest.map((entry) => (
          <li key={`${entry.lane} ${entry.id}`} className="border-b border-line px-4 py-2 last:border-b-0">
            <Entry entry={entry} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntry }) {
  const { lane, time, title, detail, actor, index } = entry;
  const href = hrefOf(entry);
  return (
    <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
      <span className="text-[0.8125rem] text-soft">
        <Time at={time} />
      </span>
      <Badge>{LANE_WORDS[lane]}</Badge>
      <span className="min-w-0 flex-[1_1_16rem] [overflow-wrap:anywhere]">
        {href === null ? title : <LinkTo to={href}>{title}</LinkTo>}
        {detail !== null && <span className="block text-soft whitespace-pre-line">{detail}</span>}
      </span>
      <span className="text-[0.8125rem] text-soft">
        {actor !== null && <Who actor={actor} />}{' '}
        {index !== null && <LinkTo to={paths.audit({ index: String(index) })}>record {index}</LinkTo>}
      </span>
    </div>
  );
}
