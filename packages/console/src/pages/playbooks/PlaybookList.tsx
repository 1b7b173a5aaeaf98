import type { PlaybookView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { playbooksQuery } from './calls.ts';
import { sayTrigger, SIGNATURE_TONES, SIGNATURE_WORDS } from './words.ts';

const COLUMNS: readonly Column<PlaybookView>[] = [
  { head: 'Playbook', cell: ({ name }) => name },
  { head: 'State', cell: ({ isOn }) => <Badge tone={isOn ? 'ok' : 'plain'}>{isOn ? 'On' : 'Off'}</Badge> },
  {
    head: 'Starts by',
    cell: ({ triggers }) =>
      triggers.length === 0 ? (
        'Hand only'
      ) : (
        <ul>
          {triggers.map((trigger) => (
            <li key={JSON.stringify(trigger)}>{sayTrigger(trigger)}</li>
          ))}
        </ul>
      ),
  },
  { head: 'Steps', cell: ({ steps }) => steps, isNumber: true },
  { head: 'Last run', cell: ({ lastRunAt }) => (lastRunAt === null ? 'never' : <Time at={lastRunAt} isRelative />) },
  { head: 'Signature', cell: ({ signature }) => <Badge tone={SIGNATURE_TONES[signature]}>{SIGNATURE_WORDS[signature]}</Badge> },
  { head: 'From', cell: ({ isShipped }) => (isShipped ? 'Holdfast' : 'You') },
];

export function PlaybookList() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(playbooksQuery(search));
  return (
    <Panel isFlush>
      <DataTable
        caption="Playbooks"
        rows={data.items}
        keyOf={({ id }) => id}
        hrefOf={({ id }) => paths.playbook(id)}
        columns={COLUMNS}
        empty={
          <EmptyState
            title="No playbook is here"
            text="Bring one in that follows CACAO 2.0: it is checked first, and runs nothing before it is on."
            command="holdfast playbook add playbook.json"
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}
