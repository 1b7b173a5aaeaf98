import type { ModeHistoryEntry } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { modesQuery } from './calls.ts';

const columns: readonly Column<ModeHistoryEntry>[] = [
  { head: 'When', cell: ({ at }) => <Time at={at} /> },
  { head: 'What', cell: ({ group }) => (group === null ? 'the application' : <code>{group}</code>) },
  { head: 'Change', cell: ({ from, to }) => `${from} → ${to}` },
  { head: 'By', cell: ({ actor }) => actor },
  { head: 'Why', cell: ({ reason }) => reason ?? '—' },
];

export function ModeHistory({ id }: { readonly id: string }) {
  const { data } = useSuspenseQuery(modesQuery(id));
  return (
    <Panel title="Changes of mode" action={<CopyAsCli words={['app', 'show', id, '--history']} />} isFlush>
      <DataTable
        caption="Changes of mode"
        rows={data.items}
        keyOf={({ at, group }) => `${at} ${group ?? ''}`}
        columns={columns}
        empty={<EmptyState title="The mode was never changed" text="Each change stands here, with who made it and why." />}
      />
    </Panel>
  );
}
