import type { ServiceAccountView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterText } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { AccountDialog } from './AccountDialog.tsx';
import { accountsQuery } from './calls.ts';

const COLUMNS: readonly Column<ServiceAccountView>[] = [
  { head: 'Name', cell: ({ name }) => name },
  { head: 'For', cell: ({ purpose }) => purpose },
  {
    head: 'Answered for by',
    cell: ({ owner }) => (owner === null ? <Badge tone="watch">nobody</Badge> : owner.name),
  },
  { head: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'ok' : 'stop'}>{status}</Badge> },
  { head: 'Tokens', cell: ({ usableTokens }) => usableTokens, isNumber: true },
  {
    head: 'Last ends',
    cell: ({ lastExpiresAt }) => (lastExpiresAt === null ? '' : <Time at={lastExpiresAt} isRelative />),
  },
  { head: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} isRelative />) },
];

function ServiceAccountsPage() {
  const { search } = useSearchState();
  const { may } = useMe();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(accountsQuery(search));
  const [isAdding, ask] = useState(false);
  const create = useChange<ServiceAccountView>({
    name: 'service-accounts.create',
    onDone({ id }) {
      ask(false);
      void navigate({ to: paths.serviceAccount(id) });
    },
    says: ({ name }) => `${name} is there. It has no token yet.`,
    showsFaults: true,
  });
  const button = may('account:write') && (
    <Button look="main" onClick={() => ask(true)}>
      New account
    </Button>
  );
  return (
    <>
      <PageHead
        title="Service accounts"
        lead="Programs that call Holdfast or an application. Each has somebody who answers for it, and tokens that end by themselves."
        actions={button}
      />
      <Panel isFlush>
        <FilterBar keys={['q']}>
          <FilterText name="q" label="Name or purpose" />
        </FilterBar>
        <DataTable
          caption="Service accounts"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={COLUMNS}
          hrefOf={({ id }) => paths.serviceAccount(id)}
          empty={
            <EmptyState
              title="No program signs in here"
              text="Deployments, monitoring and scripts get an account of their own instead of somebody's session."
              command="holdfast token create --name ci --permission event:read --for 30d"
            />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
      {isAdding && (
        <AccountDialog
          error={create.error}
          isBusy={create.isPending}
          onSend={(body) => create.run({ method: 'POST', path: '/service-accounts', body }, `Make the account ${body.name}`)}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}

export const page: PageModule = {
  Component: ServiceAccountsPage,
  prefetch: async ({ queries, search }) => queries.ensureQueryData(accountsQuery(search)),
};
