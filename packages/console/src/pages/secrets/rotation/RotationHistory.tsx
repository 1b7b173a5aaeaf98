import type { Rotation } from '@holdfast/contract';
import { formatDuration } from '../../../state/format.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';

const COLUMNS: readonly Column<Rotation>[] = [
  { head: 'When', cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    head: 'What became of it',
    cell: ({ outcome, isDrill, newVersion }) =>
      outcome === 'done' ? (
        <Badge tone="ok">{isDrill || newVersion === null ? 'would have worked' : `version ${newVersion}`}</Badge>
      ) : (
        <Badge tone="stop">rolled back</Badge>
      ),
  },
  { head: 'Why not', cell: ({ trouble }) => trouble ?? '' },
  { head: 'By', cell: ({ cause, startedBy }) => (cause === 'schedule' ? 'schedule' : <Who actor={startedBy} />) },
  {
    head: 'Until verified',
    cell: ({ verifiedMs }) => (verifiedMs === null ? '' : formatDuration(verifiedMs * 1000)),
    isNumber: true,
  },
];

export function RotationHistory({ rotations }: { readonly rotations: readonly Rotation[] }) {
  return (
    <div className="-mx-4 -mb-4 border-t border-line">
      <DataTable caption="Earlier rotations" rows={rotations} keyOf={({ id }) => id} columns={COLUMNS} empty={null} />
    </div>
  );
}
