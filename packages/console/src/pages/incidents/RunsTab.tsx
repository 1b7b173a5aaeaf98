import type { RunView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { runsQuery } from './calls.ts';
import { RUN_STATE_TONES, RUN_STATE_WORDS } from './words.ts';

const COLUMNS: readonly Column<RunView>[] = [
  { head: 'Playbook', cell: ({ name, isSimulation }) => (isSimulation ? `${name} (on trial)` : name) },
  { head: 'State', cell: ({ state }) => <Badge tone={RUN_STATE_TONES[state]}>{RUN_STATE_WORDS[state]}</Badge> },
  { head: 'Began', cell: ({ startedAt }) => <Time at={startedAt} /> },
  { head: 'By', cell: ({ startedBy }) => <Who actor={startedBy} /> },
  { head: 'Outcome', cell: ({ outcome }) => outcome ?? '' },
];

/** Playbooks that run or ran because of an incident. */
export function RunsTab({ incident }: { readonly incident: string }) {
  const { data } = useSuspenseQuery(runsQuery(incident));
  return (
    <Panel title="Playbooks" isFlush>
      <DataTable
        caption="Runs of playbooks"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.run(id)}
        columns={COLUMNS}
        empty={
          <EmptyState
            title="No playbook ran"
            text="Playbooks start by themselves where their trigger fits, or by hand."
            command="holdfast playbook list"
          />
        }
      />
    </Panel>
  );
}
