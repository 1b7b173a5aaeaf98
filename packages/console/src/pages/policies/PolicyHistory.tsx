import type { PolicyStatus, PolicyVersion } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { versionColumns, versionRows } from '../../ui/list/VersionColumns.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { policyTextQuery, setPath } from './calls.ts';

const COLUMNS = versionColumns<PolicyVersion>({ head: 'Policies', cell: ({ policies }) => policies });

export function PolicyHistory({ status: { set, inForce, history } }: { readonly status: PolicyStatus }) {
  const { may } = useMe();
  const { search, set: setSearch } = useSearchState();
  const back = useChange<PolicyStatus>({ name: 'policy.rollback', says: 'What was in force before is again.' });
  const shown = history.find(({ version }) => String(version) === search['show']);
  return (
    <Panel
      title="Versions"
      isFlush
      action={
        inForce !== null &&
        may('policy:write') && (
          <span className="flex items-center gap-2">
            <Button
              isBusy={back.isPending}
              onClick={() => back.run({ method: 'POST', path: setPath(set, '/rollback'), body: {} }, `Go back in ${set}`)}
            >
              Go back one version
            </Button>
            <CopyAsCli words={['policy', 'rollback', set]} />
          </span>
        )
      }
    >
      <DataTable
        caption="Versions of the policies"
        rows={versionRows(history, inForce)}
        keyOf={({ version }) => String(version)}
        columns={COLUMNS}
        hrefOf={({ version }) => `${paths.policy(set)}?tab=history&show=${version}`}
        empty={<EmptyState title="None yet" text="A version is made when policies are put in force; each one can be undone." />}
      />
      {shown !== undefined && <VersionText set={set} version={shown.version} onClose={() => setSearch({ show: null })} />}
    </Panel>
  );
}

interface VersionTextProps {
  readonly set: string;
  readonly version: number;
  readonly onClose: () => void;
}

function VersionText({ set, version, onClose }: VersionTextProps) {
  const { data } = useQuery(policyTextQuery(set, version));
  return (
    <Dialog title={`Version ${version}`} isDrawer onClose={onClose}>
      {data === undefined ? (
        <Skeleton />
      ) : (
        // A long text is read with the keyboard too (WCAG 2.2 §2.1.1).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre tabIndex={0} className="overflow-x-auto rounded bg-raised p-3 text-[0.8125rem]">
          {data.text}
        </pre>
      )}
    </Dialog>
  );
}
