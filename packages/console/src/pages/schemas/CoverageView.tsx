import type { SchemaCoverage } from '@holdfast/contract';
import { formatCount } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { inForceText, shareText } from './words.ts';

type Uncovered = SchemaCoverage['uncovered'][number];
type Violation = SchemaCoverage['violations'][number];

const UNCOVERED: readonly Column<Uncovered>[] = [
  { head: 'Route', cell: ({ method, route }) => <code>{`${method} ${route}`}</code> },
  { head: 'Requests', cell: ({ requests }) => formatCount(requests), isNumber: true },
];

const VIOLATIONS: readonly Column<Violation>[] = [
  { head: 'Route', cell: ({ method, route }) => <code>{`${method} ${route}`}</code> },
  { head: 'Place', cell: ({ location, pointer }) => <code>{`${location} ${pointer}`}</code> },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'Requests', cell: ({ requests }) => formatCount(requests), isNumber: true },
  { head: 'Clients', cell: ({ clients }) => formatCount(clients), isNumber: true },
  { head: 'Last', cell: ({ lastSeen }) => <Time at={lastSeen} /> },
  {
    head: 'Explain',
    cell: ({ requestId }) => (requestId === null ? '' : <LinkTo to={paths.request(requestId)}>{requestId}</LinkTo>),
  },
];

/** What is under the schema, what is not, and what did not fit it. */
export function CoverageView({ coverage }: { readonly coverage: SchemaCoverage }) {
  const { routes, requests, uncovered, violations } = coverage;
  return (
    <div className="flex flex-col gap-4">
      <Panel title="In force">
        <KeyValues
          items={[
            ['Schema', inForceText(coverage)],
            ['Mode', coverage.mode],
            ['Live routes listed', shareText(routes)],
            ['Their requests', shareText(requests)],
          ]}
        />
      </Panel>
      <Panel title="Did not fit in the last day" isFlush>
        <DataTable
          caption="What did not fit the schema"
          rows={violations}
          keyOf={({ method, route, location, name, reason }) => `${method} ${route} ${location} ${name} ${reason}`}
          columns={VIOLATIONS}
          empty={<EmptyState title="Everything fitted" text="Requests of another form appear here, by route and place." />}
        />
      </Panel>
      <Panel title="Live routes that are not listed" isFlush>
        <DataTable
          caption="Live routes that are not listed"
          rows={uncovered}
          keyOf={({ method, route }) => `${method} ${route}`}
          columns={UNCOVERED}
          empty={<EmptyState title="None" text="Every route that the application answered in the last week is listed." />}
        />
      </Panel>
    </div>
  );
}
