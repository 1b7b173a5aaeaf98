import type { EventView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterText } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { HeadPanel } from './HeadPanel.tsx';
import { ProofDrawer } from './ProofDrawer.tsx';
import { VerifyDialog } from './VerifyDialog.tsx';
import { checkpointQuery, recordsQuery } from './calls.ts';

const COLUMNS: readonly Column<EventView>[] = [
  { head: 'Record', cell: ({ index }) => `#${index ?? ''}` },
  { head: 'When', cell: ({ time }) => <Time at={time} /> },
  { head: 'What', cell: ({ type }) => <code>{type}</code> },
  { head: 'By', cell: ({ actor }) => `${actor.kind} ${actor.ref}` },
  { head: 'On', cell: ({ target, application }) => [application, target].filter((each) => each !== null).join(' ') },
  { head: 'Outcome', cell: ({ outcome }) => <Badge>{outcome}</Badge> },
];

function AuditPage() {
  const { search, set } = useSearchState();
  const { data } = useSuspenseQuery(recordsQuery(search));
  const [isVerifying, verify] = useState(false);
  const shown = /^\d{1,15}$/u.test(search['show'] ?? '') ? Number(search['show']) : null;
  return (
    <>
      <PageHead
        title="Audit ledger"
        lead="Every decision and every change, in a tree of hashes under a signature: nothing can be changed or left out without showing. Check any record here, in your own browser."
        actions={
          <>
            <CopyAsCli words={['audit', 'verify']} />
            <Button look="main" onClick={() => verify(true)}>
              Verify all of it
            </Button>
          </>
        }
      />
      <HeadPanel />
      <Panel title="Records" isFlush className="mt-5">
        <FilterBar keys={['type']}>
          <FilterText name="type" label="Type" placeholder="ban.added" />
        </FilterBar>
        <DataTable
          caption="Records of the ledger"
          rows={data.items.filter(({ index }) => index !== null)}
          keyOf={({ id }) => id}
          columns={COLUMNS}
          hrefOf={({ index }) => paths.audit({ ...search, show: String(index) })}
          empty={
            <EmptyState title="No such record" text="Types are named in the reference of events." command="holdfast audit tail" />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
      {shown !== null && <ProofDrawer index={shown} onClose={() => set({ show: null })} />}
      {isVerifying && <VerifyDialog onClose={() => verify(false)} />}
    </>
  );
}

export const page: PageModule = {
  Component: AuditPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(checkpointQuery), queries.ensureQueryData(recordsQuery(search))]),
};
