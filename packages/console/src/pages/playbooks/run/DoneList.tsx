import type { RunDetail, RunStep } from '@holdfast/contract';
import { paths } from '../../../state/paths.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { LinkTo } from '../../../ui/LinkTo.tsx';
import { Time } from '../../../ui/Time.tsx';
import { namesOf, STEP_MARKS, STEP_STATE_WORDS } from '../words.ts';

/** Every step that was entered, in the order in which that happened; a loop enters it again. */
export function DoneList({ run }: { readonly run: RunDetail }) {
  const nameOf = namesOf(run.flow);
  const columns: readonly Column<RunStep>[] = [
    {
      head: 'Step',
      cell: ({ step, round }) => (
        <span className="inline-block min-w-28">
          {nameOf.get(step) ?? step}
          {round > 1 && ` (round ${round})`}
        </span>
      ),
    },
    { head: 'State', cell: ({ state }) => <Badge tone={STEP_MARKS[state].tone}>{STEP_STATE_WORDS[state]}</Badge> },
    { head: 'Began', cell: ({ startedAt }) => (startedAt === null ? '' : <Time at={startedAt} />) },
    { head: 'Ended', cell: ({ endedAt }) => (endedAt === null ? '' : <Time at={endedAt} />) },
    { head: 'What it did', cell: (step) => <Did run={run} step={step} /> },
  ];
  return (
    <DataTable
      caption="Steps of this run"
      rows={run.steps}
      keyOf={({ id }) => id}
      columns={columns}
      empty={<EmptyState title="Nothing yet" text="The first step is about to begin." />}
    />
  );
}

function Did({ run, step: { detail, action } }: { readonly run: RunDetail; readonly step: RunStep }) {
  return (
    <>
      {detail !== null && <span className="[overflow-wrap:anywhere]">{detail} </span>}
      {action !== null && run.incident !== null && (
        <LinkTo to={paths.incident(run.incident, 'actions')}>action …{action.slice(-6)}</LinkTo>
      )}
      {action !== null && run.incident === null && <span className="text-soft">action …{action.slice(-6)}</span>}
    </>
  );
}
