import type { SchemaCoverage, SchemaRoute } from '@holdfast/contract';
import { formatCount } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { InForcePanel } from './InForcePanel.tsx';
import { fitText, SOURCES, STATE_TONES, STATES } from './words.ts';

type Violation = SchemaCoverage['violations'][number];

const ROUTES: readonly Column<SchemaRoute>[] = [
  { head: 'Route', cell: ({ method, route }) => <code>{`${method} ${route}`}</code> },
  { head: 'Source', cell: ({ source }) => (source === null ? 'none' : SOURCES[source]) },
  { head: 'State', cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{STATES[state]}</Badge> },
  { head: 'Requests, last week', cell: ({ requests }) => formatCount(requests), isNumber: true },
  { head: 'Did not fit, last day', cell: ({ misfits }) => formatCount(misfits), isNumber: true },
  { head: 'Fitted', cell: fitText, isNumber: true },
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
  return (
    <div className="flex flex-col gap-4">
      <InForcePanel coverage={coverage} />
      <Panel title="Did not fit in the last day" isFlush>
        <DataTable
          caption="What did not fit the schema"
          rows={coverage.violations}
          keyOf={({ method, route, location, name, reason }) => `${method} ${route} ${location} ${name} ${reason}`}
          columns={VIOLATIONS}
          empty={<EmptyState title="Everything fitted" text="Requests of another form appear here, by route and place." />}
        />
      </Panel>
      <Panel title="Routes" isFlush>
        <DataTable
          caption="Routes and who lists them"
          rows={coverage.list}
          keyOf={({ method, route, source }) => `${method} ${route} ${source ?? ''}`}
          columns={ROUTES}
          empty={
            <EmptyState
              title="None yet"
              text="Routes that the application answers, and those that a schema lists, appear here."
              command="holdfast schema import openapi.yaml --app shop --dry-run"
            />
          }
        />
      </Panel>
    </div>
  );
}
