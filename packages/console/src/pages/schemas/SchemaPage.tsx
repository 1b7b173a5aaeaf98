import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMe } from '../../api/queries.ts';
import { useSearchState } from '../../state/search.ts';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { CoverageView } from './CoverageView.tsx';
import { ImportForm } from './ImportForm.tsx';
import { Versions } from './Versions.tsx';
import { coverageQuery, schemaQuery } from './calls.ts';

function SchemaPage() {
  const { id = '' } = useParams({ strict: false });
  const { search, set } = useSearchState();
  const { may } = useMe();
  const { data: coverage } = useSuspenseQuery(coverageQuery(id));
  const { data: status } = useSuspenseQuery(schemaQuery(id));
  const tab = search['tab'] ?? 'coverage';
  return (
    <>
      <PageHead
        title={`Schema of ${id}`}
        lead="What does not fit is refused where the schema and its application enforce; otherwise it is recorded and passed on."
        actions={<CopyAsCli words={['schema', 'coverage', id]} />}
      />
      <Segments
        label="Views"
        value={tab}
        onChange={(next) => set({ tab: next === 'coverage' ? null : next })}
        segments={[
          { name: 'coverage', title: 'Coverage', content: tab === 'coverage' && <CoverageView coverage={coverage} /> },
          { name: 'versions', title: 'Versions', content: tab === 'versions' && <Versions status={status} /> },
          ...(may('schema:write')
            ? [
                {
                  name: 'import',
                  title: 'Import',
                  content: tab === 'import' && <ImportForm id={id} onTaken={() => set({ tab: null })} />,
                },
              ]
            : []),
        ]}
      />
    </>
  );
}

export const page: PageModule = {
  Component: SchemaPage,
  prefetch: async ({ queries, params: { id = '' } }) =>
    Promise.all([queries.ensureQueryData(coverageQuery(id)), queries.ensureQueryData(schemaQuery(id))]),
};
