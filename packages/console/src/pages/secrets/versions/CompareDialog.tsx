import type { SecretComparison } from '@holdfast/contract';
import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { Dialog } from '../../../ui/overlay/Dialog.tsx';

type Field = SecretComparison['fields'][number];

const TONES: Readonly<Record<Field['change'], Tone>> = { same: 'plain', changed: 'watch', added: 'ok', removed: 'stop' };
const COLUMNS: readonly Column<Field>[] = [
  { head: 'Field', cell: ({ name }) => <code>{name}</code> },
  { head: 'Change', cell: ({ change }) => <Badge tone={TONES[change]}>{change}</Badge> },
];

interface CompareDialogProps {
  readonly found: SecretComparison;
  readonly onClose: () => void;
}

export function CompareDialog({ found: { from, to, fields }, onClose }: CompareDialogProps) {
  return (
    <Dialog title={`From version ${from} to version ${to}`} onClose={onClose}>
      <p className="mb-2 text-soft">Both were read for this, and that is in the ledger. Values are not told.</p>
      <DataTable
        caption="Fields"
        rows={fields}
        keyOf={({ name }) => name}
        columns={COLUMNS}
        empty={<p>Neither version has a field.</p>}
      />
    </Dialog>
  );
}
