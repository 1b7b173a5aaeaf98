import type { SecretView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../../api/queries.ts';
import { paths } from '../../../state/paths.ts';
import { useSearchState } from '../../../state/search.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Pager } from '../../../ui/list/Pager.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../../ui/fields/FilterBar.tsx';
import { applicationsQuery, secretsQuery, wordOf } from '../calls.ts';
import { dueOf, ENVIRONMENTS, SHARED } from '../words.ts';
import { AgeCell } from './AgeCell.tsx';
import { LastRead } from './LastRead.tsx';

const FILTERS = ['application', 'environment', 'q', 'overdue'];
const OVERDUE = [{ value: 'true', label: 'Overdue' }];

const nameColumn = (seesCanaries: boolean): Column<SecretView> => ({
  head: 'Name',
  cell: ({ name, isCanary }) => (
    <>
      <code>{name}</code> {isCanary && seesCanaries && <Badge tone="note">decoy</Badge>}
    </>
  ),
});
const COLUMNS: readonly Column<SecretView>[] = [
  { head: 'Application', cell: ({ application }) => (application === SHARED ? 'shared' : application) },
  { head: 'Environment', cell: ({ environment }) => environment },
  { head: 'Version', cell: ({ currentVersion }) => currentVersion ?? <Badge tone="watch">none</Badge>, isNumber: true },
  { head: 'Age', cell: (secret) => <AgeCell secret={secret} /> },
  { head: 'Due', cell: (secret) => <DueCell secret={secret} /> },
  { head: 'Answered for by', cell: ({ owner }) => owner ?? <Badge tone="watch">nobody</Badge> },
  { head: 'Last read', cell: ({ lastReadAt }) => <LastRead at={lastReadAt} /> },
];

function DueCell({ secret }: { readonly secret: SecretView }) {
  const due = dueOf(secret);
  if (due === null) return <span className="text-soft">no date</span>;
  return (
    <>
      <Time at={due} isRelative /> <span className="text-soft">{secret.rotation === null ? 'by hand' : 'by itself'}</span>
    </>
  );
}

export function SecretList() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(secretsQuery(search));
  return (
    <Panel isFlush>
      <Filters rows={data.items} />
      <DataTable
        caption="Secrets"
        rows={data.items}
        keyOf={wordOf}
        columns={[nameColumn(may('secret:write')), ...COLUMNS]}
        hrefOf={paths.secret}
        empty={<NoSecrets isFiltered={FILTERS.some((key) => search[key] !== undefined)} />}
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function Filters({ rows }: { readonly rows: readonly SecretView[] }) {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(applicationsQuery);
  const applications = data.items.map(({ application: { id, name } }) => ({ value: id, label: name }));
  const seen = [...ENVIRONMENTS, ...rows.map(({ environment }) => environment), search['environment'] ?? ''];
  const environments = [...new Set(seen)].filter((each) => each !== '').map((value) => ({ value, label: value }));
  return (
    <FilterBar keys={FILTERS}>
      <FilterText name="q" label="Part of the name" />
      <FilterSelect name="application" label="Application" choices={[...applications, { value: SHARED, label: 'Shared' }]} />
      <FilterSelect name="environment" label="Environment" choices={environments} />
      <FilterSelect name="overdue" label="Age" choices={OVERDUE} all="Any age" />
    </FilterBar>
  );
}

function NoSecrets({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="None like that" text="Clear a filter to see more." />;
  return (
    <EmptyState
      title="No secret yet"
      text="Passwords and keys of applications lie here sealed, with who read them and when, instead of in files. The value is asked for, never taken from the command line."
      command="holdfast secret set demo-shop/production/DATABASE_URL"
    />
  );
}
