import type { IndicatorView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { indicatorsQuery } from './calls.ts';
import { ACTION_TONES, ACTION_WORDS, choicesOf, KIND_WORDS } from './words.ts';

const COLUMNS: readonly Column<IndicatorView>[] = [
  { head: 'Entry', cell: ({ value }) => <code className="[overflow-wrap:anywhere]">{value}</code> },
  { head: 'Kind', cell: ({ kind }) => KIND_WORDS[kind] },
  { head: 'Source', cell: ({ sourceName }) => sourceName },
  { head: 'Sure', cell: ({ confidence }) => `${Math.round(confidence)} of 100`, isNumber: true },
  { head: 'A match', cell: ({ action }) => <Badge tone={ACTION_TONES[action]}>{ACTION_WORDS[action]}</Badge> },
  { head: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} isRelative /> },
];

export function IndicatorList() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(indicatorsQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={['kind', 'q', 'source']}>
        <FilterSelect name="kind" label="Kind" choices={choicesOf(KIND_WORDS)} />
        <FilterText name="q" label="Entry" placeholder="198.51.100" />
      </FilterBar>
      <DataTable
        caption="Entries"
        rows={data.items}
        keyOf={({ id, source }) => `${source} ${id}`}
        columns={COLUMNS}
        empty={<EmptyState title="No entry" text="Sources bring them, and entries of your own can be added." />}
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}
