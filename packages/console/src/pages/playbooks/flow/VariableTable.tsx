import type { PlaybookVariable } from '@holdfast/contract';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';

const kindOf = ({ isExternal, isConstant }: PlaybookVariable): string =>
  isConstant ? 'Fixed' : isExternal ? 'Given at the start' : 'Set on the way';

const COLUMNS: readonly Column<PlaybookVariable>[] = [
  { head: 'Variable', cell: ({ name }) => <code>{name}</code> },
  { head: 'Type', cell: ({ type }) => type },
  { head: 'Value', cell: ({ value }) => (value === null ? 'none' : <code className="[overflow-wrap:anywhere]">{value}</code>) },
  { head: 'Kind', cell: kindOf },
  { head: 'For', cell: ({ description }) => description },
];

export function VariableTable({ variables }: { readonly variables: readonly PlaybookVariable[] }) {
  return (
    <DataTable
      caption="Variables"
      rows={variables}
      keyOf={({ name }) => name}
      columns={COLUMNS}
      empty={<EmptyState title="No variables" text="This playbook carries nothing from step to step." />}
    />
  );
}
