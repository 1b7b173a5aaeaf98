import type { RunView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../../state/paths.ts';
import { useSearchState } from '../../../state/search.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Pager } from '../../../ui/list/Pager.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { runsQuery } from '../calls.ts';
import { RUN_TONES, RUN_WORDS } from '../words.ts';

const COLUMNS: readonly Column<RunView>[] = [
  { head: 'Playbook', cell: ({ name }) => name },
  {
    head: 'State',
    cell: ({ state, isSimulation }) => (
      <>
        <Badge tone={RUN_TONES[state]}>{RUN_WORDS[state]}</Badge> {isSimulation && <Badge tone="note">Simulation</Badge>}
      </>
    ),
  },
  { head: 'Began', cell: ({ startedAt }) => <Time at={startedAt} isRelative /> },
  { head: 'By', cell: ({ startedBy }) => <Who actor={startedBy} /> },
  { head: 'Ended', cell: ({ endedAt }) => (endedAt === null ? 'not yet' : <Time at={endedAt} isRelative />) },
  { head: 'Outcome', cell: ({ outcome }) => outcome ?? '' },
];

/** Runs of one playbook, or of all. */
export function RunList({ playbook = '' }: { readonly playbook?: string }) {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(runsQuery({ ...search, playbook }));
  return (
    <Panel isFlush>
      <DataTable
        caption="Runs"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.run(id)}
        columns={COLUMNS}
        empty={
          <EmptyState
            title="Nothing has run yet"
            text="A run begins by its triggers or by hand. A simulation does nothing, and says what it would do."
            command={`holdfast playbook simulate ${playbook === '' ? '--help' : playbook}`}
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}
