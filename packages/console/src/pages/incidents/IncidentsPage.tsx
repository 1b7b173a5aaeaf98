import type { IncidentView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { statusQuery, useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import type { PageModule } from '../page.ts';
import { AllActions } from './AllActions.tsx';
import { actionsQuery, incidentsQuery } from './calls.ts';
import { OpenDialog } from './OpenDialog.tsx';
import { CAUSE_WORDS, choicesOf, PHASE_TONES, PHASE_WORDS } from './words.ts';

const PHASES = [...choicesOf(PHASE_WORDS), { value: 'all', label: 'All' }];
const FILTERS = ['phase', 'severity', 'application'] as const;

const COLUMNS: readonly Column<IncidentView>[] = [
  {
    head: 'Incident',
    cell: ({ number, title, isDrill }) => `#${number} ${isDrill ? '(drill) ' : ''}${title}`,
  },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  { head: 'Phase', cell: ({ phase }) => <Badge tone={PHASE_TONES[phase]}>{PHASE_WORDS[phase]}</Badge> },
  {
    head: 'Waits',
    cell: ({ waiting }) => (waiting === 0 ? 'nobody' : <Badge tone="watch">{`${waiting} for approval`}</Badge>),
  },
  { head: 'In force', cell: ({ effective }) => effective, isNumber: true },
  { head: 'Alerts', cell: ({ alerts }) => alerts, isNumber: true },
  { head: 'Owner', cell: ({ owner }) => (owner === null ? 'nobody' : <Who actor={owner} />) },
  { head: 'Began', cell: ({ openedAt, cause }) => <Began at={openedAt} why={CAUSE_WORDS[cause]} /> },
];

function Began({ at, why }: { readonly at: number; readonly why: string }) {
  return (
    <>
      <Time at={at} isRelative />
      <br />
      <span className="text-soft">{why}</span>
    </>
  );
}

function IncidentsPage() {
  const { search, set } = useSearchState();
  const { data: status } = useSuspenseQuery(statusQuery);
  const { may } = useMe();
  const [isOpening, ask] = useState(false);
  const tab = search['tab'] ?? 'incidents';
  const applications = status.applications.map(({ id }) => id);
  return (
    <>
      <PageHead
        title="Incidents"
        lead="What alerts add up to, from the first sign to what was learned of it."
        actions={
          may('incident:write') && (
            <Button look="main" onClick={() => ask(true)}>
              Open an incident
            </Button>
          )
        }
      />
      <Segments
        label="Incidents"
        value={tab}
        onChange={(next) => set({ tab: next === 'incidents' ? null : next, cursor: null, state: null, action: null })}
        segments={[
          { name: 'incidents', title: 'Incidents', content: tab === 'incidents' && <IncidentList applications={applications} /> },
          { name: 'actions', title: 'Actions', content: tab === 'actions' && <AllActions /> },
        ]}
      />
      {isOpening && <OpenDialog applications={applications} onClose={() => ask(false)} />}
    </>
  );
}

function IncidentList({ applications }: { readonly applications: readonly string[] }) {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(incidentsQuery(search));
  const isFiltered = FILTERS.some((name) => search[name] !== undefined);
  return (
    <Panel isFlush>
      <FilterBar keys={FILTERS}>
        <FilterSelect name="phase" label="Phase" choices={PHASES} all="Open" />
        <FilterSelect name="severity" label="Severity" choices={choicesOf(SEVERITY_WORDS)} />
        <FilterSelect name="application" label="Application" choices={applications.map((id) => ({ value: id, label: id }))} />
      </FilterBar>
      <DataTable
        caption="Incidents"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.incident(id)}
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState title="No incident fits these filters" text="Look at all of them without the filters." />
          ) : (
            <EmptyState
              title="No incident is open"
              text="A critical alert opens one, and so does a risk of 100. A drill shows how it goes."
              command="holdfast incident open --help"
            />
          )
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

export const page: PageModule = {
  Component: IncidentsPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([
      search['tab'] === 'actions'
        ? queries.ensureQueryData(actionsQuery(search))
        : queries.ensureQueryData(incidentsQuery(search)),
      queries.ensureQueryData(statusQuery),
    ]),
};
