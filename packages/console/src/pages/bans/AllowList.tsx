import type { AllowView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterText } from '../../ui/fields/FilterBar.tsx';
import { allowsQuery } from './calls.ts';
import { below } from './use-ban-changes.ts';

const COLUMNS: readonly Column<AllowView>[] = [
  { head: 'Address', cell: ({ prefix }) => <code>{prefix}</code> },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'Set in', cell: ({ origin }) => <Badge>{origin === 'config' ? 'configuration' : 'console or command'}</Badge> },
  { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'By', cell: ({ createdBy }) => createdBy },
];
const REMOVE: Column<AllowView> = {
  head: 'Remove',
  cell: (allow) => (allow.origin === 'config' ? 'in holdfast.yaml' : <RemoveButton allow={allow} />),
};

export function AllowList() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(allowsQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={['q']}>
        <FilterText name="q" label="Address or reason" />
      </FilterBar>
      <DataTable
        caption="Always allowed addresses"
        rows={data.items}
        keyOf={({ prefix }) => prefix}
        columns={may('ban:write') ? [...COLUMNS, REMOVE] : COLUMNS}
        empty={
          <EmptyState
            title="No address is always allowed"
            text="Put your office or your monitoring here: no ban and no limit ever holds for it. Attack rules still do."
            command="holdfast ban allow add 192.0.2.7 --reason 'our office'"
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function RemoveButton({ allow: { prefix, reason } }: { readonly allow: AllowView }) {
  const remove = useChange<null>({
    name: `bans.remove-allow.${prefix}`,
    says: `${prefix} is judged like any other address.`,
    undo: () => ({ method: 'POST', path: '/allows', body: { prefix, reason } }),
  });
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Remove ${prefix} from the always allowed`}
        isBusy={remove.isPending}
        onClick={() => remove.run({ method: 'DELETE', path: below('allows', prefix) }, `Remove ${prefix}`)}
      >
        Remove
      </Button>
      <CopyAsCli words={['ban', 'allow', 'remove', prefix]} />
    </span>
  );
}
