import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { indicatorsQuery, intelStatusQuery, sourcesQuery } from './calls.ts';
import { IndicatorDialog } from './IndicatorDialog.tsx';
import { IndicatorList } from './IndicatorList.tsx';
import { LookupPanel } from './LookupPanel.tsx';
import { SourceDialog } from './SourceDialog.tsx';
import { SourceList } from './SourceList.tsx';

function IntelPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const [asked, ask] = useState<'source' | 'indicator' | null>(null);
  const tab = search['tab'] ?? 'sources';
  const close = (): void => ask(null);
  return (
    <>
      <PageHead
        title="Threat intelligence"
        lead="What others know to be bad: read on schedule, never against own or well-known good addresses, gone when it is old."
        actions={
          may('intel:write') && (
            <>
              <Button onClick={() => ask('indicator')}>Add an entry</Button>
              <Button look="main" onClick={() => ask('source')}>
                Add a source
              </Button>
            </>
          )
        }
      />
      <Segments
        label="Threat intelligence"
        value={tab}
        onChange={(next) => set({ tab: next === 'sources' ? null : next, kind: null, q: null, cursor: null, value: null })}
        segments={[
          { name: 'sources', title: 'Sources', content: tab === 'sources' && <SourceList /> },
          { name: 'indicators', title: 'Entries', content: tab === 'indicators' && <IndicatorList /> },
          { name: 'lookup', title: 'Look up', content: tab === 'lookup' && <LookupPanel /> },
        ]}
      />
      {asked === 'source' && <SourceDialog onClose={close} />}
      {asked === 'indicator' && <IndicatorDialog onClose={close} />}
    </>
  );
}

export const page: PageModule = {
  Component: IntelPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'indicators') return queries.ensureQueryData(indicatorsQuery(search));
    if (search['tab'] === 'lookup') return undefined;
    return Promise.all([queries.ensureQueryData(sourcesQuery), queries.ensureQueryData(intelStatusQuery)]);
  },
};
