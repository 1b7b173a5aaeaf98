import { Badge } from '../Badge.tsx';
import type { Column } from '../DataTable.tsx';
import { Time } from '../Time.tsx';
import { Who } from '../Who.tsx';

interface Version {
  readonly version: number;
  readonly acceptedAt: number;
  readonly acceptedBy: string;
  readonly reason: string | null;
  readonly withdrawnAt: number | null;
}

export type VersionRow<Of extends Version> = Of & { readonly isInForce: boolean };

/** What was in force when, and who said so; `size` tells how much each version holds. */
export const versionColumns = <Of extends Version>(size: Column<VersionRow<Of>>): readonly Column<VersionRow<Of>>[] => [
  { head: 'Version', cell: ({ version }) => version },
  { ...size, isNumber: true },
  { head: 'Since', cell: ({ acceptedAt }) => <Time at={acceptedAt} /> },
  { head: 'By', cell: ({ acceptedBy }) => <Who actor={acceptedBy} /> },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'State', cell: (row) => <State row={row} /> },
];

function State({ row: { isInForce, withdrawnAt } }: { readonly row: VersionRow<Version> }) {
  if (isInForce) return <Badge tone="ok">in force</Badge>;
  return withdrawnAt === null ? (
    'replaced'
  ) : (
    <>
      ended <Time at={withdrawnAt} />
    </>
  );
}

export const versionRows = <Of extends Version>(history: readonly Of[], inForce: Of | null): readonly VersionRow<Of>[] =>
  history.map((each) => ({ ...each, isInForce: each.version === inForce?.version }));
