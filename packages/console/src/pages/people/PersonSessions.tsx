import type { PersonView, SessionAnswer } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { sayDevice, sayFactors } from '../../state/sign-in-words.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { personSessionsQuery } from './calls.ts';

const COLUMNS: readonly Column<SessionAnswer>[] = [
  { head: 'Where', cell: ({ application }) => application ?? 'Holdfast' },
  { head: 'How', cell: ({ amr }) => sayFactors(amr) },
  { head: 'From', cell: ({ userAgent }) => sayDevice(userAgent) },
  { head: 'Last seen', cell: ({ lastSeenAt }) => <Time at={lastSeenAt} isRelative /> },
];

export function PersonSessions({ person: { id, name } }: { readonly person: PersonView }) {
  const { may } = useMe();
  const { data } = useSuspenseQuery(personSessionsQuery(id));
  const endAll = useChange<{ ended: number }>({
    name: 'person.end-sessions',
    says: ({ ended }) => `${ended} ${ended === 1 ? 'session' : 'sessions'} of ${name} ended.`,
  });
  return (
    <Panel title="Sessions" isFlush>
      <DataTable
        caption={`Sessions of ${name}`}
        rows={data.items}
        keyOf={(session) => session.id}
        columns={COLUMNS}
        empty={<p className="px-4 pb-4 text-soft">Not signed in anywhere.</p>}
      />
      {may('session:write') && data.items.length > 0 && (
        <div className="flex items-center gap-2 px-4 py-3">
          <Button
            look="danger"
            isBusy={endAll.isPending}
            onClick={() => endAll.run({ method: 'DELETE', path: `/people/${id}/sessions` }, `Sign ${name} out everywhere`)}
          >
            Sign out everywhere
          </Button>
          <CopyAsCli words={['session', 'revoke', '--user', name]} />
        </div>
      )}
    </Panel>
  );
}
