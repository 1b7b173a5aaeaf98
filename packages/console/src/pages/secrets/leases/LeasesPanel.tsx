import type { Lease } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { useSearchState } from '../../../state/search.ts';
import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Pager } from '../../../ui/list/Pager.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../../ui/fields/FilterBar.tsx';
import { leasesQuery } from './calls.ts';

const STATE_TONES: Readonly<Record<Lease['state'], Tone>> = { starting: 'note', active: 'ok', ending: 'watch', ended: 'plain' };
const ENDED = [{ value: 'true', label: 'Also what is over' }];

const COLUMNS: readonly Column<Lease>[] = [
  { head: 'User', cell: ({ subject }) => <code>{subject}</code> },
  { head: 'Role', cell: ({ role }) => role },
  {
    head: 'State',
    cell: ({ state, ending, trouble }) => (
      <>
        <Badge tone={STATE_TONES[state]}>{state}</Badge> {ending}
        {trouble !== null && <span className="block text-stop">{trouble}; it is tried again</span>}
      </>
    ),
  },
  { head: 'Lent to', cell: ({ issuedTo }) => issuedTo },
  { head: 'For', cell: ({ purpose }) => purpose },
  { head: 'Since', cell: ({ issuedAt }) => <Time at={issuedAt} /> },
  { head: 'Until', cell: ({ expiresAt, endedAt }) => <Time at={endedAt ?? expiresAt} isRelative /> },
];
const REVOKE: Column<Lease> = { head: 'Revoke', cell: (lease) => <RevokeButton lease={lease} /> };

/** Database users that were made on demand, and end by themselves. */
export function LeasesPanel() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(leasesQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={['prefix', 'ended']}>
        <FilterText name="prefix" label="Begins with" placeholder="database/creds/" />
        <FilterSelect name="ended" label="State" choices={ENDED} all="Good now" />
      </FilterBar>
      <DataTable
        caption="Leases"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={may('secret:rotate') ? [...COLUMNS, REVOKE] : COLUMNS}
        empty={
          <EmptyState
            title="Nothing is lent"
            text="A program that asks for a database user gets one of its own, which ends by itself."
            command="holdfast secret lease list"
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function RevokeButton({ lease: { id, subject, state } }: { readonly lease: Lease }) {
  const revoke = useChange<Lease>({
    name: `leases.revoke.${id}`,
    says: (now) => (now.state === 'ended' ? `${subject} is gone.` : `${subject} is over; the database did not answer yet.`),
  });
  if (state === 'ended') return null;
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Revoke ${subject}`}
        isBusy={revoke.isPending}
        onClick={() => revoke.run({ method: 'POST', path: '/leases/revoke', body: { lease: id } }, `Revoke ${subject}`)}
      >
        Revoke
      </Button>
      <CopyAsCli words={['secret', 'lease', 'revoke', id]} />
    </span>
  );
}
