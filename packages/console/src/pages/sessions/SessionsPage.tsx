import type { SessionAnswer } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { statusQuery, useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { sayDevice, sayFactors } from '../../state/sign-in-words.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { sessionsQuery } from './calls.ts';

const KINDS = [
  { value: 'admin', label: 'Administration' },
  { value: 'application', label: 'Applications' },
];

const COLUMNS: readonly Column<SessionAnswer>[] = [
  { head: 'Who', cell: ({ name }) => name },
  { head: 'Where', cell: ({ application }) => application ?? 'Holdfast' },
  {
    head: 'How',
    cell: ({ acr, amr }) => <Badge tone={acr === 'aal2' ? 'ok' : 'watch'}>{sayFactors(amr)}</Badge>,
  },
  {
    head: 'From',
    cell: ({ address, userAgent }) => (
      <>
        {sayDevice(userAgent)} <code className="text-soft">{address}</code>
      </>
    ),
  },
  { head: 'Last seen', cell: ({ lastSeenAt }) => <Time at={lastSeenAt} isRelative /> },
  { head: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} isRelative /> },
];
const END: Column<SessionAnswer> = { head: 'End', cell: (session) => <EndButton session={session} /> };

function SessionsPage() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(sessionsQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  return (
    <>
      <PageHead
        title="Sessions"
        lead="Who is signed in, where and from what. Ending one takes effect everywhere within a second."
      />
      <Panel isFlush>
        <FilterBar keys={['kind', 'application']}>
          <FilterSelect name="kind" label="Where" choices={KINDS} all="Everywhere" />
          <FilterSelect
            name="application"
            label="Application"
            choices={status.applications.map(({ id }) => ({ value: id, label: id }))}
          />
        </FilterBar>
        <DataTable
          caption="Sessions"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={may('session:write') ? [...COLUMNS, END] : COLUMNS}
          hrefOf={({ person }) => paths.person(person)}
          empty={
            <EmptyState
              title="Nobody is signed in here"
              text="A session begins when a person has shown both factors. Sign-in in front of an application is a switch."
              command="holdfast app login shop --mode required"
            />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
    </>
  );
}

function EndButton({ session: { id, name, application } }: { readonly session: SessionAnswer }) {
  const { me } = useMe();
  const end = useChange<null>({ name: `sessions.end.${id}`, says: `${name} is signed out there.` });
  if (me.session?.id === id) return <span className="text-soft">yours, here</span>;
  const where = application ?? 'the administration';
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`End the session of ${name} at ${where}`}
        isBusy={end.isPending}
        onClick={() => end.run({ method: 'DELETE', path: `/sessions/${id}` }, `End the session of ${name}`)}
      >
        End
      </Button>
      <CopyAsCli words={['session', 'revoke', id]} />
    </span>
  );
}

export const page: PageModule = {
  Component: SessionsPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(sessionsQuery(search)), queries.ensureQueryData(statusQuery)]),
};
