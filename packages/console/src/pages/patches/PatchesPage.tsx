import type { PatchView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { statusQuery, useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { patchesQuery } from './calls.ts';
import { PatchDialog } from './PatchDialog.tsx';
import { PatchDrawer } from './PatchDrawer.tsx';
import { typedFrom } from './typed-patch.ts';
import { useAddPatch, usePatchChanges } from './use-patch-changes.ts';
import { sayMatch, sayMethod, sayParameter, STATE_TONES, STATE_WORDS } from './words.ts';

const STATES = Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }));
/** What an address fills into the form. */
const PREFILLED = ['add', 'method', 'route', 'location', 'parameter', 'group', 'request'] as const;

const COLUMNS: readonly Column<PatchView>[] = [
  { head: 'Patch', cell: ({ finding, reason }) => finding ?? reason },
  {
    head: 'Where',
    cell: (patch) => (
      <>
        <code className="[overflow-wrap:anywhere]">
          {sayMethod(patch.method)} {patch.route}
        </code>
        <br />
        <span className="text-soft">{sayParameter(patch)}</span>
      </>
    ),
  },
  { head: 'Application', cell: ({ application }) => application },
  { head: 'Stops', cell: sayMatch },
  { head: 'State', cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{STATE_WORDS[state]}</Badge> },
  { head: 'Hits', cell: ({ hits }) => `${hits.recorded} recorded, ${hits.blocked} refused` },
  { head: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} isRelative /> },
];

function PatchesPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(patchesQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  const applications = status.applications.map(({ id }) => id);
  const closeForm = (): void => set(Object.fromEntries(PREFILLED.map((name) => [name, null])));
  const add = useAddPatch(({ id }) => set({ ...Object.fromEntries(PREFILLED.map((name) => [name, null])), show: id }));
  const changes = usePatchChanges();
  const { show, add: isAdding } = search;
  return (
    <>
      <PageHead
        title="Patches"
        lead="Known holes, closed here until they are repaired. Each is one place, records first, and ends by itself."
        actions={
          may('patch:write') && (
            <Button look="main" onClick={() => set({ add: '1' })}>
              Patch a hole
            </Button>
          )
        }
      />
      <Panel isFlush>
        <FilterBar keys={['application', 'state']}>
          <FilterSelect name="application" label="Application" choices={applications.map((value) => ({ value, label: value }))} />
          <FilterSelect name="state" label="State" choices={STATES} />
        </FilterBar>
        <DataTable
          caption="Patches"
          rows={data.items}
          keyOf={({ id }) => id}
          hrefOf={({ id }) => paths.patches({ ...search, show: id })}
          columns={COLUMNS}
          empty={
            <EmptyState
              title="No hole is patched"
              text={
                <>
                  When a hole is known before it is repaired, patch it here, or open a request under{' '}
                  <LinkTo to={paths.events()}>Events</LinkTo>: it fills the form.
                </>
              }
            />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
      {isAdding !== undefined && may('patch:write') && (
        <PatchDialog
          start={typedFrom(search, applications[0] ?? '')}
          applications={applications}
          change={add}
          onClose={closeForm}
        />
      )}
      {show !== undefined && isAdding === undefined && (
        <PatchDrawer key={show} id={show} changes={changes} onClose={() => set({ show: null })} />
      )}
    </>
  );
}

export const page: PageModule = {
  Component: PatchesPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(patchesQuery(search)), queries.ensureQueryData(statusQuery)]),
};
