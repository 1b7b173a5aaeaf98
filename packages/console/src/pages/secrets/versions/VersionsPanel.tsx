import type { SecretDetail, SecretVersion } from '@holdfast/contract';
import { useMe } from '../../../api/queries.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { wordOf } from '../calls.ts';
import { STATE_TONES, STATE_WORDS } from '../words.ts';
import { VersionActions } from './VersionActions.tsx';

const COLUMNS: readonly Column<SecretVersion>[] = [
  { head: 'Version', cell: ({ version }) => version },
  {
    head: 'State',
    cell: ({ state, deletedAt }) => (
      <span title={STATE_WORDS[state]}>
        <Badge tone={STATE_TONES[state]}>{state}</Badge> {deletedAt !== null && <Time at={deletedAt} />}
      </span>
    ),
  },
  { head: 'Written', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'By', cell: ({ createdBy }) => <Who actor={createdBy} /> },
  {
    head: 'Why',
    cell: ({ note, copyOf }) => (
      <>
        {note ?? ''}
        {copyOf !== null && <span className="text-soft"> same as version {copyOf}</span>}
      </>
    ),
  },
];

/** Every value that the secret ever had, without the values. */
export function VersionsPanel({ secret }: { readonly secret: SecretDetail }) {
  const { may } = useMe();
  const actions: Column<SecretVersion> = {
    head: 'Actions',
    cell: (version) => <VersionActions secret={secret} version={version} />,
  };
  return (
    <Panel title="Versions" isFlush action={<CopyAsCli words={['secret', 'history', wordOf(secret)]} />}>
      <DataTable
        caption={`Versions of ${secret.name}`}
        rows={secret.versions}
        keyOf={({ version }) => String(version)}
        columns={may('secret:reveal') || may('secret:write') ? [...COLUMNS, actions] : COLUMNS}
        empty={<EmptyState title="No version" text="The first one is written with “New version”." />}
      />
    </Panel>
  );
}
