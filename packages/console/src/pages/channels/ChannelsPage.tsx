import type { ChannelView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { SEVERITY_WORDS } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { channelsQuery } from './calls.ts';
import { ChannelActions } from './ChannelActions.tsx';
import { ChannelDialog } from './ChannelDialog.tsx';
import { DeadLetters } from './DeadLetters.tsx';
import { KIND_WORDS, sayTarget, STATE_TONES, STATE_WORDS } from './words.ts';

const COLUMNS: readonly Column<ChannelView>[] = [
  { head: 'Channel', cell: ({ name }) => name },
  {
    head: 'Leads to',
    cell: ({ target }) => (
      <>
        {KIND_WORDS[target.kind]}
        <br />
        <span className="text-soft [overflow-wrap:anywhere]">{sayTarget(target)}</span>
      </>
    ),
  },
  {
    head: 'From',
    cell: ({ severity, application }) => `${SEVERITY_WORDS[severity]}${application === null ? '' : `, ${application}`}`,
  },
  { head: 'Quiet', cell: ({ quiet }) => (quiet === null ? 'never' : `${quiet.from} to ${quiet.to} UTC`) },
  {
    head: 'State',
    cell: ({ enabled, state, trouble }) => (
      <>
        <Badge tone={enabled ? STATE_TONES[state] : 'plain'}>{enabled ? STATE_WORDS[state] : 'Off'}</Badge>
        {trouble !== null && <p className="text-soft">{trouble}</p>}
      </>
    ),
  },
  { head: 'Sent', cell: ({ sent, waiting }) => (waiting === 0 ? sent : `${sent}, ${waiting} wait`), isNumber: true },
  { head: 'Last', cell: ({ lastSentAt }) => (lastSentAt === null ? 'never' : <Time at={lastSentAt} isRelative />) },
];

function ChannelsPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(channelsQuery);
  const [isAdding, ask] = useState(false);
  const { show } = search;
  const shown = data.items.find(({ id }) => id === show);
  const changing: Column<ChannelView> = { head: 'Change', cell: (channel) => <ChannelActions channel={channel} /> };
  return (
    <>
      <PageHead
        title="Where alerts go"
        lead="Each alert is kept until every channel that it fits has taken it. Secrets go in here and are never shown again."
        actions={
          may('channel:write') && (
            <Button look="main" onClick={() => ask(true)}>
              Add a channel
            </Button>
          )
        }
      />
      <Panel isFlush>
        <DataTable
          caption="Channels"
          rows={data.items}
          keyOf={({ id }) => id}
          hrefOf={({ id, dead }) => (dead > 0 ? paths.channels({ show: id }) : null)}
          columns={may('channel:write') ? [...COLUMNS, changing] : COLUMNS}
          empty={
            <EmptyState
              title="Nobody is told"
              text="Alerts stand in the console. Add a channel, so that somebody hears of them in the night."
              command="holdfast alert channel add --help"
            />
          }
        />
      </Panel>
      {isAdding && <ChannelDialog onClose={() => ask(false)} />}
      {shown !== undefined && <DeadLetters channel={shown} onClose={() => set({ show: null })} />}
    </>
  );
}

export const page: PageModule = {
  Component: ChannelsPage,
  prefetch: async ({ queries }) => queries.ensureQueryData(channelsQuery),
};
