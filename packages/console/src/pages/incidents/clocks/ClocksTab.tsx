import type { ClockView, IncidentDetail } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { RowButton } from '../../../ui/list/RowButton.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { clocksQuery } from '../calls.ts';
import type { IncidentChanges } from '../use-incident-changes.ts';
import { CLOCK_TONES, CLOCK_WORDS } from '../words.ts';
import { AwareDialog } from './AwareDialog.tsx';
import { NoticeDialog } from './NoticeDialog.tsx';
import { SettleDialog } from './SettleDialog.tsx';

interface ClocksTabProps {
  readonly incident: IncidentDetail;
  readonly changes: IncidentChanges;
}

const COLUMNS: readonly Column<ClockView>[] = [
  { head: 'Clock', cell: ({ title }) => title },
  {
    head: 'Due',
    cell: ({ dueAt }) => (dueAt === null ? 'without undue delay' : <Time at={dueAt} isRelative />),
  },
  {
    head: 'State',
    cell: ({ state, reason, dueAt }) => (
      <>
        {state === 'running' && dueAt !== null && dueAt < Date.now() ? (
          <Badge tone="stop">Overdue</Badge>
        ) : (
          <Badge tone={CLOCK_TONES[state]}>{CLOCK_WORDS[state]}</Badge>
        )}
        {reason !== null && <span className="block text-soft">{reason}</span>}
      </>
    ),
  },
  { head: 'Warned', cell: ({ warned }) => (warned.length === 0 ? 'not yet' : warned.map((share) => `${share} %`).join(', ')) },
];

/** What the law wants to be told, and until when. Nothing is sent from here: drafts are for people to file. */
export function ClocksTab({ incident, changes }: ClocksTabProps) {
  const { data } = useSuspenseQuery(clocksQuery(incident.id));
  const { may } = useMe();
  const [settling, settle] = useState<ClockView | null>(null);
  const [noticed, notice] = useState<ClockView | null>(null);
  const [isStarting, start] = useState(false);
  const columns: readonly Column<ClockView>[] = [
    ...COLUMNS,
    {
      head: 'Change',
      cell: (clock) => (
        <span className="flex flex-wrap gap-1">
          <RowButton onClick={() => notice(clock)}>Draft</RowButton>
          {clock.state === 'running' && may('incident:write') && <RowButton onClick={() => settle(clock)}>Settle</RowButton>}
        </span>
      ),
    },
  ];
  return (
    <Panel title="Clocks of the law" isFlush>
      <DataTable
        caption="Legal clocks"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={columns}
        empty={
          <EmptyState
            title="No clock runs"
            text="They count from when somebody knew that personal data is concerned. This is no legal advice."
            action={may('incident:write') ? <Button onClick={() => start(true)}>Personal data is concerned</Button> : undefined}
          />
        }
      />
      {isStarting && <AwareDialog incident={incident} changes={changes} onClose={() => start(false)} />}
      {settling !== null && <SettleDialog clock={settling} changes={changes} onClose={() => settle(null)} />}
      {noticed !== null && <NoticeDialog clock={noticed} onClose={() => notice(null)} />}
    </Panel>
  );
}
