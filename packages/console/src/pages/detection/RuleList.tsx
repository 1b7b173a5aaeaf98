import type { RuleView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { rulesQuery } from './calls.ts';
import { ORIGIN_WORDS, sayLogsource, STATE_TONES, STATE_WORDS } from './words.ts';

const choicesOf = (words: Readonly<Record<string, string>>) => Object.entries(words).map(([value, label]) => ({ value, label }));

const COLUMNS: readonly Column<RuleView>[] = [
  { head: 'Rule', cell: ({ title }) => title },
  { head: 'State', cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{STATE_WORDS[state]}</Badge> },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  {
    head: 'Looks at',
    cell: ({ logsource, idle }) => (
      <>
        {sayLogsource(logsource)}
        {idle !== null && (
          <>
            <br />
            <span className="text-soft">{idle}</span>
          </>
        )}
      </>
    ),
  },
  { head: 'From', cell: ({ origin }) => ORIGIN_WORDS[origin] },
  { head: 'Hits', cell: ({ hits }) => hits, isNumber: true },
  { head: 'Last hit', cell: ({ lastHitAt }) => (lastHitAt === null ? 'never' : <Time at={lastHitAt} isRelative />) },
];

export function RuleList() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(rulesQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={['state', 'origin', 'severity', 'silent', 'q']}>
        <FilterSelect name="state" label="State" choices={choicesOf(STATE_WORDS)} />
        <FilterSelect name="origin" label="From" choices={choicesOf(ORIGIN_WORDS)} />
        <FilterSelect name="severity" label="Severity" choices={choicesOf(SEVERITY_WORDS)} />
        <FilterSelect name="silent" label="Fired" choices={[{ value: 'true', label: 'Never' }]} all="Any" />
        <FilterText name="q" label="Title" placeholder="traversal" />
      </FilterBar>
      <DataTable
        caption="Sigma rules"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.rule(id)}
        columns={COLUMNS}
        empty={<EmptyState title="No rule fits" text="Look at all of them without the filters." />}
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}
