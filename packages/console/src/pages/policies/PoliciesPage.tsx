import type { PolicySummary } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { policiesQuery } from './calls.ts';
import { API_SET, nameOfSet, SECRETS_SET } from './words.ts';

const COLUMNS: readonly Column<PolicySummary>[] = [
  { head: 'For', cell: ({ set }) => nameOfSet(set) },
  {
    head: 'In force',
    cell: ({ set, inForce }) =>
      inForce === null ? (
        <span className="text-soft">
          {set === API_SET || set === SECRETS_SET ? 'none: roles and grants decide' : 'none: whoever is signed in may come in'}
        </span>
      ) : (
        `version ${inForce.version}, ${inForce.policies} policies`
      ),
  },
  {
    head: 'Mode',
    cell: ({ inForce, accessMode }) =>
      inForce === null ? '' : <Badge tone={accessMode === 'enforce' ? 'ok' : 'watch'}>{accessMode}</Badge>,
  },
  { head: 'Since', cell: ({ inForce }) => (inForce === null ? '' : <Time at={inForce.acceptedAt} />) },
  { head: 'By', cell: ({ inForce }) => inForce?.acceptedBy ?? '' },
  { head: 'Draft', cell: ({ hasDraft }) => (hasDraft ? <Badge tone="note">draft</Badge> : '') },
];

function PoliciesPage() {
  const { data } = useSuspenseQuery(policiesQuery);
  return (
    <>
      <PageHead
        title="Access policy"
        lead={
          <>
            Who may do what, in Cedar: at each application, and in Holdfast itself. What nobody uses is under{' '}
            <LinkTo to={paths.leastPrivilege()}>unused rights</LinkTo>.
          </>
        }
      />
      <Panel isFlush>
        <DataTable
          caption="Sets of policies"
          rows={data.items}
          keyOf={({ set }) => set}
          columns={COLUMNS}
          hrefOf={({ set }) => paths.policy(set)}
          empty={
            <EmptyState title="No application yet" text="Each application has its own policies." command="holdfast app list" />
          }
        />
      </Panel>
    </>
  );
}

export const page: PageModule = {
  Component: PoliciesPage,
  prefetch: async ({ queries }) => queries.ensureQueryData(policiesQuery),
};
