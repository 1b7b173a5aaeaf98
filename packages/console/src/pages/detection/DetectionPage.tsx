import { useSearchState } from '../../state/search.ts';
import { useMe } from '../../api/queries.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { BehaviourList } from './BehaviourList.tsx';
import { BulkRoutes } from './BulkRoutes.tsx';
import { behavioursQuery, bulkRoutesQuery, healthQuery, rulesQuery } from './calls.ts';
import { HealthPanel } from './HealthPanel.tsx';
import { RuleImportForm } from './RuleImportForm.tsx';
import { RuleList } from './RuleList.tsx';

function DetectionPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const tab = search['tab'] ?? 'rules';
  const change = (next: string): void =>
    set({ tab: next === 'rules' ? null : next, state: null, origin: null, severity: null, silent: null, q: null, cursor: null });
  const importing = { name: 'import', title: 'Import', content: tab === 'import' && <RuleImportForm /> };
  return (
    <>
      <PageHead title="Rules of the watch" lead="What every event is held against, and whether the watch itself works." />
      <Segments
        label="Rules of the watch"
        value={tab}
        onChange={change}
        segments={[
          { name: 'rules', title: 'Sigma rules', content: tab === 'rules' && <RuleList /> },
          { name: 'behaviours', title: 'Behaviours', content: tab === 'behaviours' && <BehavioursTab /> },
          { name: 'health', title: 'Health', content: tab === 'health' && <HealthPanel /> },
          ...(may('detection:write') ? [importing] : []),
        ]}
      />
    </>
  );
}

function BehavioursTab() {
  return (
    <div className="grid gap-5">
      <BehaviourList />
      <BulkRoutes />
    </div>
  );
}

export const page: PageModule = {
  Component: DetectionPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'behaviours')
      return Promise.all([queries.ensureQueryData(behavioursQuery), queries.ensureQueryData(bulkRoutesQuery)]);
    if (search['tab'] === 'health') return queries.ensureQueryData(healthQuery);
    return queries.ensureQueryData(rulesQuery(search));
  },
};
