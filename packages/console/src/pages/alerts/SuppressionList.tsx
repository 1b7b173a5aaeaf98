import type { SuppressionView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { suppressionsQuery } from './calls.ts';
import { sayEntity } from './words.ts';

const COLUMNS: readonly Column<SuppressionView>[] = [
  { head: 'Found by', cell: ({ detector }) => detector ?? 'anything' },
  { head: 'About', cell: ({ entity }) => (entity === null ? 'anybody' : sayEntity(entity)) },
  { head: 'Application', cell: ({ application }) => application ?? 'any' },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'By', cell: ({ createdBy }) => <Who actor={createdBy} /> },
  { head: 'Kept back', cell: ({ hits }) => hits, isNumber: true },
  { head: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} isRelative /> },
];

/** Alerts that are kept but not told, until when, and why. */
export function SuppressionList() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(suppressionsQuery(search));
  const lift: Column<SuppressionView> = { head: 'Change', cell: ({ id }) => <TellAgain id={id} /> };
  return (
    <Panel isFlush>
      <DataTable
        caption="Alerts that are not told"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={may('alert:write') ? [...COLUMNS, lift] : COLUMNS}
        empty={
          <EmptyState
            title="Every alert is told"
            text="An alert that is known and meant to be can be kept from being told for a while: open it, then “Do not tell”."
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function TellAgain({ id }: { readonly id: string }) {
  const change = useChange<null>({ name: `alerts.unsuppress.${id}`, says: 'Such alerts are told again.' });
  return (
    <RowButton
      isBusy={change.isPending}
      onClick={() =>
        change.run({ method: 'DELETE', path: `/alerts/suppressions/${encodeURIComponent(id)}` }, 'Tell such alerts again')
      }
    >
      Tell again
    </RowButton>
  );
}
