import type { LearnedRoute } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { formatCount } from '../../state/format.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { routesQuery } from './calls.ts';

const COVER: Readonly<Record<LearnedRoute['covered'], readonly [word: string, tone: Tone]>> = {
  yes: ['in the schema', 'ok'],
  thin: ['seen too seldom', 'watch'],
  no: ['not in it', 'plain'],
};
const COVER_CHOICES = Object.entries(COVER).map(([value, [label]]) => ({ value, label }));

function Covered({ covered }: Pick<LearnedRoute, 'covered'>) {
  const [word, tone] = COVER[covered];
  return <Badge tone={tone}>{word}</Badge>;
}

const columns: readonly Column<LearnedRoute>[] = [
  { head: 'Route', cell: ({ method, route }) => <code>{`${method} ${route}`}</code> },
  { head: 'Requests', cell: ({ requests }) => formatCount(requests), isNumber: true },
  { head: 'Parameters', cell: ({ parameters }) => formatCount(parameters), isNumber: true },
  { head: 'Accepted form', cell: ({ covered }) => <Covered covered={covered} /> },
];

/** What was learned of an application by watching: its routes, and which of them the accepted schema knows. */
export function Routes({ id }: { readonly id: string }) {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(routesQuery(id));
  const wanted = (search['route'] ?? '').toLowerCase();
  const { covered } = search;
  const rows = data.items.filter(
    (row) => `${row.method} ${row.route}`.toLowerCase().includes(wanted) && (covered === undefined || row.covered === covered),
  );
  return (
    <Panel title="Routes" action={<CopyAsCli words={['app', 'routes', id]} />} isFlush>
      <FilterBar keys={['route', 'covered']}>
        <FilterText name="route" label="Route" placeholder="/products" />
        <FilterSelect name="covered" label="Accepted form" choices={COVER_CHOICES} />
      </FilterBar>
      <DataTable
        caption="Routes"
        rows={rows}
        keyOf={({ method, route }) => `${method} ${route}`}
        columns={columns}
        empty={
          data.items.length === 0 ? (
            <EmptyState
              title="Nothing was learned yet"
              text="Routes appear here when enough honest requests have passed; the gateway tells what it learned every minute."
              command={`holdfast app routes ${id}`}
            />
          ) : (
            <EmptyState title="No route fits" text="Take a filter away." />
          )
        }
      />
    </Panel>
  );
}
