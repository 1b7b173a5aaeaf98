import type { SchemaShare } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';
import { sharesQuery } from './calls.ts';
import { effectText, inForceText, shareText } from './words.ts';

const COLUMNS: readonly Column<SchemaShare>[] = [
  { head: 'Application', cell: ({ application }) => application },
  { head: 'In force', cell: inForceText },
  { head: 'Mode of the application', cell: ({ mode }) => <Badge tone={mode === 'enforce' ? 'ok' : 'watch'}>{mode}</Badge> },
  { head: 'What does not fit', cell: effectText },
  { head: 'Live routes listed', cell: ({ routes }) => shareText(routes) },
  { head: 'Their requests', cell: ({ requests }) => shareText(requests) },
];

function SchemasPage() {
  const { data } = useSuspenseQuery(sharesQuery);
  return (
    <>
      <PageHead
        title="Schemas and coverage"
        lead="What each route takes, and how much of what the applications answered in the last week is under such a schema."
        actions={<CopyAsCli words={['schema', 'coverage']} />}
      />
      <Panel isFlush>
        <DataTable
          caption="Applications and their schemas"
          rows={data.items}
          keyOf={({ application }) => application}
          columns={COLUMNS}
          hrefOf={({ application }) => paths.schema(application)}
          empty={
            <EmptyState title="No application yet" text="Each application has a schema of its own." command="holdfast app list" />
          }
        />
      </Panel>
    </>
  );
}

export const page: PageModule = {
  Component: SchemasPage,
  prefetch: async ({ queries }) => queries.ensureQueryData(sharesQuery),
};
