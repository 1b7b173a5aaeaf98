import type { ExceptionInput, ExceptionView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import type { Change } from '../../api/client.ts';
import { statusQuery, useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { exceptionsQuery } from './calls.ts';

const DAY_MS = 86_400_000;

const COLUMNS: readonly Column<ExceptionView>[] = [
  { head: 'Rule', cell: ({ rule }) => <code>{rule}</code> },
  {
    head: 'Does not fire in',
    cell: ({ method, route, location, parameter }) => (
      <>
        <code className="[overflow-wrap:anywhere]">
          {method} {route}
        </code>
        <br />
        <span className="text-soft">
          {location} <code>{parameter === '' ? '(whole)' : parameter}</code>
        </span>
      </>
    ),
  },
  { head: 'Application', cell: ({ application }) => application },
  {
    head: 'Why',
    cell: ({ reason, requestId }) => (
      <>
        {reason} {requestId !== null && <LinkTo to={paths.request(requestId)}>from {requestId}</LinkTo>}
      </>
    ),
  },
  { head: 'By', cell: ({ createdBy }) => createdBy },
  { head: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} isRelative /> },
];
const END: Column<ExceptionView> = { head: 'End', cell: (exception) => <EndButton exception={exception} /> };

function ExceptionsPage() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(exceptionsQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  return (
    <>
      <PageHead
        title="Exceptions"
        lead="Single places where one rule does not fire. Each is one route, one parameter and one rule, and each ends by itself."
      />
      <Panel isFlush>
        <FilterBar keys={['application']}>
          <FilterSelect
            name="application"
            label="Application"
            choices={status.applications.map(({ id }) => ({ value: id, label: id }))}
          />
        </FilterBar>
        <DataTable
          caption="Exceptions"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={may('exception:write') ? [...COLUMNS, END] : COLUMNS}
          empty={
            <EmptyState
              title="Every rule fires everywhere"
              text={
                <>
                  When a rule stops an honest request, open the request under <LinkTo to={paths.events()}>Events</LinkTo>, or the
                  card in the <LinkTo to={paths.tuning()}>tuning inbox</LinkTo>: both offer the narrowest exception.
                </>
              }
            />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
    </>
  );
}

/** What takes an ended exception back: the same place for the days that were left. */
function again({ application, method, route, location, parameter, rule, reason, expiresAt }: ExceptionView): Change {
  const days = Math.max(1, Math.ceil((expiresAt - Date.now()) / DAY_MS));
  const body: ExceptionInput = { application, method, route, location, parameter, rule, reason, days };
  return { method: 'POST', path: '/exceptions', body };
}

function EndButton({ exception }: { readonly exception: ExceptionView }) {
  const { id, rule, method, route } = exception;
  const end = useChange<null>({ name: `exceptions.end.${id}`, says: `${rule} fires again.`, undo: () => again(exception) });
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`End the exception of ${rule} on ${method} ${route}`}
        isBusy={end.isPending}
        onClick={() => end.run({ method: 'DELETE', path: `/exceptions/${id}` }, `End the exception of ${rule}`)}
      >
        End
      </Button>
      <CopyAsCli words={['exception', 'remove', id]} />
    </span>
  );
}

export const page: PageModule = {
  Component: ExceptionsPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(exceptionsQuery(search)), queries.ensureQueryData(statusQuery)]),
};
