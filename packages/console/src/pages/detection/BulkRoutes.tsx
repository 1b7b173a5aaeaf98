import type { BulkRouteView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { BulkRouteDialog } from './BulkRouteDialog.tsx';
import { BULK_PATH, bulkRoutesQuery } from './calls.ts';

const COLUMNS: readonly Column<BulkRouteView>[] = [
  { head: 'Route', cell: ({ route }) => <code className="[overflow-wrap:anywhere]">{route}</code> },
  { head: 'Application', cell: ({ application }) => application },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'By', cell: ({ createdBy }) => <Who actor={createdBy} /> },
  { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} isRelative /> },
];

/** Exports and backups: what comes from them is no unusual volume. */
export function BulkRoutes() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(bulkRoutesQuery);
  const [isOpen, open] = useState(false);
  const end: Column<BulkRouteView> = { head: 'Change', cell: (row) => <CountAgain row={row} /> };
  const mark = (
    <Button look="quiet" onClick={() => open(true)}>
      Mark a route
    </Button>
  );
  return (
    <Panel title="Routes for bulk" {...(may('detection:write') ? { action: mark } : {})} isFlush>
      <DataTable
        caption="Routes of which much may be fetched"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={may('detection:write') ? [...COLUMNS, end] : COLUMNS}
        empty={
          <p className="px-4 pb-4 text-soft">
            No route is marked: volume counts everywhere. An export or a backup that is meant to be large is marked here.
          </p>
        }
      />
      {isOpen && <BulkRouteDialog onClose={() => open(false)} />}
    </Panel>
  );
}

function CountAgain({ row: { id, application, route, reason } }: { readonly row: BulkRouteView }) {
  const change = useChange<null>({
    name: `bulk.remove.${id}`,
    says: 'What comes from it counts again.',
    undo: () => ({ method: 'POST', path: BULK_PATH, body: { application, route, reason } }),
  });
  return (
    <RowButton
      aria-label={`Count again: ${route}`}
      isBusy={change.isPending}
      onClick={() => change.run({ method: 'DELETE', path: `${BULK_PATH}/${encodeURIComponent(id)}` }, `Count ${route} again`)}
    >
      Count again
    </RowButton>
  );
}
