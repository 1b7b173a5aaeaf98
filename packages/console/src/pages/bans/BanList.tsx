import type { BanView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterText } from '../../ui/fields/FilterBar.tsx';
import { bansQuery } from './calls.ts';
import { banAgain, below } from './use-ban-changes.ts';

const COLUMNS: readonly Column<BanView>[] = [
  { head: 'Address', cell: ({ prefix }) => <code>{prefix}</code> },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'By', cell: ({ createdBy }) => createdBy },
  { head: 'Ends', cell: ({ expiresAt }) => (expiresAt === null ? 'when lifted' : <Time at={expiresAt} isRelative />) },
];
const LIFT: Column<BanView> = { head: 'Lift', cell: (ban) => <LiftButton ban={ban} /> };

export function BanList() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(bansQuery(search));
  const nobody =
    search['q'] === undefined ? (
      <EmptyState
        title="Nobody is banned"
        text="Bans come from people and from limits that were passed again and again."
        command="holdfast ban add 203.0.113.7 --for 1h --reason 'scans at night'"
      />
    ) : (
      <EmptyState title="No ban of this address" text="A wider network may be banned: look without the filter." />
    );
  return (
    <Panel isFlush>
      <FilterBar keys={['q']}>
        <FilterText name="q" label="Address or reason" placeholder="203.0.113" />
      </FilterBar>
      <DataTable
        caption="Banned addresses"
        rows={data.items}
        keyOf={({ prefix }) => prefix}
        columns={may('ban:write') ? [...COLUMNS, LIFT] : COLUMNS}
        empty={nobody}
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function LiftButton({ ban }: { readonly ban: BanView }) {
  const { prefix } = ban;
  const lift = useChange<null>({ name: `bans.lift.${prefix}`, says: `${prefix} is let in again.`, undo: () => banAgain(ban) });
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Lift the ban of ${prefix}`}
        isBusy={lift.isPending}
        onClick={() => lift.run({ method: 'DELETE', path: below('bans', prefix) }, `Lift the ban of ${prefix}`)}
      >
        Lift
      </Button>
      <CopyAsCli words={['ban', 'remove', prefix]} />
    </span>
  );
}
