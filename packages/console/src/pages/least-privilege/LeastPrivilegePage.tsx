import { useSuspenseQuery } from '@tanstack/react-query';
import { useSearchState } from '../../state/search.ts';
import { Callout } from '../../ui/Callout.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { AppliedNote } from './AppliedNote.tsx';
import { ProposalsPanel } from './ProposalsPanel.tsx';
import { UnusedLists } from './UnusedLists.tsx';
import { adviceQuery } from './calls.ts';

const WINDOWS = [
  { value: '7', label: '7 days' },
  { value: '90', label: '90 days' },
];

function LeastPrivilegePage() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(adviceQuery(search));
  return (
    <>
      <PageHead
        title="Unused rights"
        lead="Rights that were granted and not used, and smaller ones under which nothing that was allowed would have been refused."
      />
      <div className="grid gap-5">
        <Panel isFlush>
          <FilterBar keys={['days']}>
            <FilterSelect name="days" label="Looked back" choices={WINDOWS} all="30 days" />
          </FilterBar>
          <p className="px-4 pb-3 text-soft">
            {data.since === null ? (
              'No use has been counted yet. Come back when people and programs have worked for a while.'
            ) : (
              <>
                Counted since <Time at={data.since} />.
              </>
            )}
          </p>
        </Panel>
        {data.incomplete && (
          <Callout tone="watch" title="Nothing is proposed">
            Some uses found no room in this window: what looks unused may have been used.
          </Callout>
        )}
        {data.applied !== null && <AppliedNote batch={data.applied} />}
        <ProposalsPanel advice={data} />
        <UnusedLists advice={data} />
      </div>
    </>
  );
}

export const page: PageModule = {
  Component: LeastPrivilegePage,
  prefetch: async ({ queries, search }) => queries.ensureQueryData(adviceQuery(search)),
};
