import type { SchemaStatus, SchemaVersion } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { versionColumns, versionRows } from '../../ui/list/VersionColumns.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { schemaPath } from './calls.ts';

const COLUMNS = versionColumns<SchemaVersion>({ head: 'Operations', cell: ({ operations }) => operations });

/** The schemas that were accepted, and the way back. */
export function Versions({ status: { application, inForce, history } }: { readonly status: SchemaStatus }) {
  const { may } = useMe();
  const back = useChange<SchemaStatus>({ name: 'schema.withdraw', says: 'What was in force before is again.' });
  const withdraw = (): void =>
    back.run({ method: 'POST', path: schemaPath(application, '/withdraw'), body: {} }, `Withdraw the schema of ${application}`);
  return (
    <Panel
      title="Versions"
      isFlush
      action={
        inForce !== null &&
        may('schema:write') && (
          <span className="flex items-center gap-2">
            <Button isBusy={back.isPending} onClick={withdraw}>
              Withdraw the one in force
            </Button>
            <CopyAsCli words={['schema', 'withdraw', application]} />
          </span>
        )
      }
    >
      <DataTable
        caption="Versions of the schema"
        rows={versionRows(history, inForce)}
        keyOf={({ version }) => String(version)}
        columns={COLUMNS}
        empty={
          <EmptyState
            title="None yet"
            text="Import an OpenAPI document, or accept what was learned."
            command={`holdfast schema propose ${application}`}
          />
        }
      />
    </Panel>
  );
}
