import type { KeyringView } from '@holdfast/contract';
import { formatCount } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';

type Area = KeyringView['areas'][number];

const COLUMNS: readonly Column<Area>[] = [
  { head: 'What', cell: ({ name }) => name },
  { head: 'Items', cell: ({ items }) => formatCount(items), isNumber: true },
  {
    head: 'Under earlier keys',
    cell: ({ behind }) => (behind === 0 ? 'none' : <Badge tone="watch">{formatCount(behind)}</Badge>),
    isNumber: true,
  },
];

/** All that is stored sealed, by kind. */
export function AreasPanel({ ring: { areas } }: { readonly ring: KeyringView }) {
  return (
    <Panel title="What is sealed" isFlush>
      <DataTable
        caption="What is sealed"
        rows={areas}
        keyOf={({ name }) => name}
        columns={COLUMNS}
        empty={<p className="px-4 pb-4 text-soft">Nothing is sealed yet.</p>}
      />
    </Panel>
  );
}
