import type { AlertView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { statusQuery } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { alertsQuery, suppressionsQuery } from './calls.ts';
import { SuppressionList } from './SuppressionList.tsx';
import { ENTITY_WORDS, KIND_WORDS, STATE_TONES, STATE_WORDS } from './words.ts';

const choicesOf = (words: Readonly<Record<string, string>>) => Object.entries(words).map(([value, label]) => ({ value, label }));
const STATES = [...choicesOf(STATE_WORDS), { value: 'all', label: 'All' }];
const FILTERS = ['state', 'severity', 'kind', 'application', 'entity'] as const;

const COLUMNS: readonly Column<AlertView>[] = [
  { head: 'Alert', cell: ({ title }) => title },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  {
    head: 'About',
    cell: ({ entity }) => (
      <>
        <span className="text-soft">{ENTITY_WORDS[entity.kind]}</span>{' '}
        <code className="[overflow-wrap:anywhere]">{entity.value}</code>
      </>
    ),
  },
  { head: 'Why', cell: ({ reason }) => <span className="[overflow-wrap:anywhere]">{reason}</span> },
  { head: 'Times', cell: ({ times }) => times, isNumber: true },
  { head: 'State', cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{STATE_WORDS[state]}</Badge> },
  { head: 'Last', cell: ({ lastAt }) => <Time at={lastAt} isRelative /> },
];

function AlertsPage() {
  const { search, set } = useSearchState();
  const tab = search['tab'] ?? 'alerts';
  return (
    <>
      <PageHead title="Alerts" lead="What the watch found in everything that happens: rules, behaviours and listed addresses." />
      <Segments
        label="Alerts"
        value={tab}
        onChange={(next) => set({ tab: next === 'alerts' ? null : next, cursor: null })}
        segments={[
          { name: 'alerts', title: 'Alerts', content: tab === 'alerts' && <AlertList /> },
          { name: 'suppressed', title: 'Not told', content: tab === 'suppressed' && <SuppressionList /> },
        ]}
      />
    </>
  );
}

function AlertList() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(alertsQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  const isFiltered = FILTERS.some((name) => search[name] !== undefined);
  return (
    <Panel isFlush>
      <FilterBar keys={FILTERS}>
        <FilterSelect name="state" label="State" choices={STATES} all="Open" />
        <FilterSelect name="severity" label="Severity" choices={choicesOf(SEVERITY_WORDS)} />
        <FilterSelect name="kind" label="Found by" choices={choicesOf(KIND_WORDS)} />
        <FilterSelect
          name="application"
          label="Application"
          choices={status.applications.map(({ id }) => ({ value: id, label: id }))}
        />
        <FilterText name="entity" label="About" placeholder="203.0.113.7" />
      </FilterBar>
      <DataTable
        caption="Alerts"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.alert(id)}
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState title="No alert fits these filters" text="Look at all of them without the filters." />
          ) : (
            <EmptyState
              title="Nothing is open"
              text="Every event is watched. A harmless attack shows what an alert looks like."
              command="holdfast test attack"
            />
          )
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

export const page: PageModule = {
  Component: AlertsPage,
  prefetch: async ({ queries, search }) =>
    search['tab'] === 'suppressed'
      ? queries.ensureQueryData(suppressionsQuery(search))
      : Promise.all([queries.ensureQueryData(alertsQuery(search)), queries.ensureQueryData(statusQuery)]),
};
