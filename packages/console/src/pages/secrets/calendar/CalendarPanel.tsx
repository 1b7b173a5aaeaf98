import type { SecretView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { formatDay } from '../../../state/format.ts';
import { paths } from '../../../state/paths.ts';
import { useSearchState } from '../../../state/search.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Callout } from '../../../ui/Callout.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { LinkTo } from '../../../ui/LinkTo.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { FilterBar, FilterSelect } from '../../../ui/fields/FilterBar.tsx';
import { useNow } from '../../../ui/use-now.ts';
import { wordOf } from '../calls.ts';
import { allSecretsQuery } from '../rotation/calls.ts';
import { dueOf, SHARED } from '../words.ts';
import { groupByDue } from './group-by-due.ts';

const BY = [{ value: 'month', label: 'Months' }];

const COLUMNS: readonly Column<SecretView>[] = [
  { head: 'Name', cell: ({ name }) => <code>{name}</code> },
  { head: 'Application', cell: ({ application }) => (application === SHARED ? 'shared' : application) },
  { head: 'Environment', cell: ({ environment }) => environment },
  { head: 'Due', cell: (secret) => <Due at={dueOf(secret)} /> },
  { head: 'How', cell: ({ rotation }) => (rotation === null ? 'by hand' : `by itself (${rotation.rotator})`) },
  { head: 'Answered for by', cell: ({ owner }) => owner ?? <Badge tone="watch">nobody</Badge> },
];

function Due({ at }: { readonly at: number | null }) {
  return at === null ? '' : <time dateTime={new Date(at).toISOString()}>{formatDay(at)}</time>;
}

/** What has to become another one and when: by week or by month, what is late first. */
export function CalendarPanel() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(allSecretsQuery);
  const groups = groupByDue(data.items, search['by'] === 'month' ? 'month' : 'week', useNow());
  return (
    <>
      <p className="mb-4 text-soft">
        Keys of Holdfast itself change by the clock as well: <LinkTo to={paths.keys()}>Keys</LinkTo>.
      </p>
      <Panel isFlush className="mb-5">
        <FilterBar keys={['by']}>
          <FilterSelect name="by" label="In" choices={BY} all="Weeks" />
        </FilterBar>
        {groups.length === 0 && (
          <EmptyState
            title="Nothing is due"
            text="A secret has a date when it may not become older than so many days, or changes by itself."
            command="holdfast secret settings demo-shop/production/DATABASE_URL --max-age 90d"
          />
        )}
      </Panel>
      <div className="grid gap-5">
        {data.isCut && (
          <Callout tone="watch">
            There are more secrets than fit here: only the first {data.items.length} by name were looked at.
          </Callout>
        )}
        {groups.map(({ title, secrets }) => (
          <Panel key={title} title={title} isFlush>
            <DataTable caption={title} rows={secrets} keyOf={wordOf} columns={COLUMNS} hrefOf={paths.secret} empty={null} />
          </Panel>
        ))}
      </div>
    </>
  );
}
