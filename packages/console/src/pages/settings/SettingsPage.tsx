import { statusQuery } from '../../api/queries.ts';
import { useSearchState } from '../../state/search.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { ChecksPanel } from './ChecksPanel.tsx';
import { HistoryPanel } from './HistoryPanel.tsx';
import { SelfTestPanel } from './SelfTestPanel.tsx';
import { SystemPanel } from './SystemPanel.tsx';
import { YoursPanel } from './YoursPanel.tsx';
import { doctorQuery, historyQuery } from './calls.ts';

function SettingsPage() {
  const { search, set } = useSearchState();
  const tab = search['tab'] ?? 'system';
  return (
    <>
      <PageHead
        title="Settings"
        lead="How this Holdfast runs, whether it is well, what was changed, and how this console looks to you."
      />
      <Segments
        label="Settings"
        value={tab}
        onChange={(next) => set({ tab: next === 'system' ? null : next })}
        segments={[
          {
            name: 'system',
            title: 'System',
            content: tab === 'system' && (
              <div className="grid gap-5 lg:grid-cols-2">
                <SystemPanel />
                <ChecksPanel />
              </div>
            ),
          },
          { name: 'self-test', title: 'Self-test', content: tab === 'self-test' && <SelfTestPanel /> },
          { name: 'history', title: 'Changes', content: tab === 'history' && <HistoryPanel /> },
          { name: 'yours', title: 'Yours', content: tab === 'yours' && <YoursPanel /> },
        ]}
      />
    </>
  );
}

export const page: PageModule = {
  Component: SettingsPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'history') return queries.ensureQueryData(historyQuery);
    return Promise.all([queries.ensureQueryData(statusQuery), queries.ensureQueryData(doctorQuery)]);
  },
};
