import type { EventView } from '@holdfast/contract';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLive } from '../../api/live.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';
import { EVENT_FILTERS, eventsQuery } from './calls.ts';
import { eventColumns } from './EventCells.tsx';
import { EventDrawer } from './EventDrawer.tsx';
import { EventFilters } from './EventFilters.tsx';

const shownOf = ({ requestId, id, type }: EventView): string =>
  requestId !== null && (type === 'request.completed' || type === 'gateway.protocol.reject') ? requestId : id;

function EventsPage() {
  const { search, set } = useSearchState();
  const { data } = useSuspenseQuery(eventsQuery(search));
  const isFiltered = EVENT_FILTERS.some((name) => search[name] !== undefined);
  const { show } = search;
  return (
    <>
      <PageHead
        title="Events"
        lead="Everything that was found, refused or changed, newest first."
        actions={<CopyAsCli words={commandOf(search)} />}
      />
      <Panel isFlush>
        <EventFilters />
        {search['cursor'] === undefined && <NewEvents shown={data.items} />}
        <DataTable
          caption="Events"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={eventColumns}
          hrefOf={(event) => paths.events({ ...search, show: shownOf(event) })}
          explainOf={(event) => (event.requestId === null ? null : paths.request(event.requestId))}
          empty={isFiltered ? <NothingFits /> : <NothingYet />}
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
      {show !== undefined && <EventDrawer shown={show} events={data.items} onClose={() => set({ show: null })} />}
    </>
  );
}

/** New rows are counted, not pushed in: a list must not move under somebody who reads it. */
function NewEvents({ shown }: { readonly shown: readonly EventView[] }) {
  const queries = useQueryClient();
  const [count, setCount] = useState(0);
  const newest = shown[0]?.time ?? 0;
  useLive({ onRecord: ({ time }) => time > newest && setCount(count + 1), onGap: (lost) => setCount(count + lost) });
  if (count === 0) return null;
  const refresh = (): void => {
    setCount(0);
    void queries.invalidateQueries({ queryKey: ['events'] });
  };
  return (
    <div className="border-y border-line bg-tint px-4 py-1.5 text-center" role="status">
      <Button look="quiet" onClick={refresh}>
        {count === 1 ? 'Show 1 new event' : `Show ${count} new events`}
      </Button>
    </div>
  );
}

const NothingFits = () => <EmptyState title="Nothing fits these filters" text="Take one away, or look further back." />;
const NothingYet = () => (
  <EmptyState
    title="Waiting for the first event"
    text="A harmless test attack shows that the gateway finds one, and how it is explained."
    command="holdfast test attack"
  />
);

function commandOf(search: Readonly<Record<string, string>>): readonly string[] {
  const flags = [
    ['outcome', '--outcome'],
    ['span', '--since'],
  ].flatMap(([key = '', flag = '']) => (search[key] === undefined ? [] : [flag, search[key]]));
  return ['audit', 'tail', ...flags];
}

export const page: PageModule = {
  Component: EventsPage,
  prefetch: async ({ queries, search }) => queries.ensureQueryData(eventsQuery(search)),
};
