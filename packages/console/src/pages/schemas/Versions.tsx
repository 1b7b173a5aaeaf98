import type { SchemaStatus, SchemaVersion } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { versionColumns, versionRows, type VersionRow } from '../../ui/list/VersionColumns.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { schemaPath } from './calls.ts';
import { SOURCES } from './words.ts';

type Row = VersionRow<SchemaVersion>;

const COLUMNS: readonly Column<Row>[] = [
  ...versionColumns<SchemaVersion>({ head: 'Operations', cell: ({ operations }) => operations }),
  { head: 'Source', cell: ({ kind }) => SOURCES[kind] },
  { head: 'Misfits', cell: ({ mode }) => (mode === 'enforce' ? 'refused' : 'recorded') },
];

/** The schemas that were accepted, and the ways back. */
export function Versions({ status: { application, inForce, history } }: { readonly status: SchemaStatus }) {
  const { may } = useMe();
  const [isRemoving, askRemove] = useState(false);
  const withdrawal = (all: boolean) => ({ method: 'POST', path: schemaPath(application, '/withdraw'), body: { all } }) as const;
  const back = useChange<SchemaStatus>({
    name: 'schema.withdraw',
    says: ({ inForce: now }) => (now === null ? 'No schema is in force.' : 'What was in force before is again.'),
    onDone: () => askRemove(false),
  });
  const again = useChange<SchemaVersion>({
    name: 'schema.restore',
    says: ({ version }) => `It is in force again, as version ${version}.`,
    undo: () => withdrawal(false),
  });
  const restore = ({ version, mode }: Row): void =>
    again.run(
      { method: 'POST', path: schemaPath(application, `/versions/${version}/restore`), body: { mode } },
      `Put version ${version} of ${application} in force again`,
    );
  const mayChange = may('schema:write');
  const columns: readonly Column<Row>[] = mayChange
    ? [
        ...COLUMNS,
        { head: 'Go back', cell: (row) => <BackButton row={row} isBusy={again.isPending} onBack={() => restore(row)} /> },
      ]
    : COLUMNS;
  return (
    <Panel
      title="Versions"
      isFlush
      action={
        inForce !== null &&
        mayChange && (
          <span className="flex flex-wrap items-center gap-2">
            <Button isBusy={back.isPending} onClick={() => back.run(withdrawal(false), `Withdraw the schema of ${application}`)}>
              Withdraw the one in force
            </Button>
            <Button look="danger" onClick={() => askRemove(true)}>
              Remove the schema
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
        columns={columns}
        empty={<NoVersion application={application} />}
      />
      {isRemoving && (
        <ConfirmDialog
          title={`Remove the schema of ${application}?`}
          button="Remove the schema"
          isDanger
          isBusy={back.isPending}
          onConfirm={() => back.run(withdrawal(true), `Remove the schema of ${application}`)}
          onClose={() => askRemove(false)}
        >
          Requests are compared with nothing any more. The versions stay in this list, and each can be put in force again.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

const NoVersion = ({ application }: { readonly application: string }) => (
  <EmptyState
    title="None yet"
    text="Import an OpenAPI document, or accept what was learned."
    command={`holdfast schema propose ${application}`}
  />
);

interface BackButtonProps {
  readonly row: Row;
  readonly isBusy: boolean;
  readonly onBack: () => void;
}

const BackButton = ({ row: { version, isInForce }, isBusy, onBack }: BackButtonProps) =>
  isInForce ? null : (
    <Button look="quiet" isBusy={isBusy} onClick={onBack}>
      Back to {version}
    </Button>
  );
