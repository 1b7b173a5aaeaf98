import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useSearchState } from '../../state/search.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { PolicyEditor } from './PolicyEditor.tsx';
import { PolicyHistory } from './PolicyHistory.tsx';
import { PolicyMode } from './PolicyMode.tsx';
import { WhoCanTest } from './WhoCanTest.tsx';
import { policyQuery, policyTextQuery, whoCanQuery } from './calls.ts';
import { API_SET, nameOfSet, SECRETS_SET } from './words.ts';

const LEADS = new Map([
  [
    API_SET,
    'On top of what the roles give: further permissions, and prohibitions that also hold for roles. An owner can always change this.',
  ],
  [
    SECRETS_SET,
    'On top of what roles and grants give: further permissions, and prohibitions that hold for both. Who can read one secret stands on its own page.',
  ],
]);

function PolicyPage() {
  const { id = '' } = useParams({ strict: false });
  const { search, set } = useSearchState();
  const { data: status } = useSuspenseQuery(policyQuery(id));
  const tab = search['tab'] ?? 'text';
  return (
    <>
      <PageHead
        title={`Access policy of ${id === SECRETS_SET ? 'secrets' : nameOfSet(id)}`}
        lead={LEADS.get(id) ?? 'Decided after sign-in, for every request. What no policy permits is refused.'}
        actions={<PolicyMode status={status} />}
      />
      <Segments
        label="Views"
        value={tab}
        onChange={(next) => set({ tab: next === 'text' ? null : next })}
        segments={[
          { name: 'text', title: 'Policies', content: tab === 'text' && <PolicyEditor status={status} /> },
          ...(id === SECRETS_SET ? [] : [{ name: 'who', title: 'Who can?', content: tab === 'who' && <WhoCanTest set={id} /> }]),
          { name: 'history', title: 'Versions', content: tab === 'history' && <PolicyHistory status={status} /> },
        ]}
      />
    </>
  );
}

export const page: PageModule = {
  Component: PolicyPage,
  async prefetch({ queries, search, params: { id = '' } }) {
    if (search['tab'] === 'who') void queries.prefetchQuery(whoCanQuery(id, search));
    const { inForce } = await queries.ensureQueryData(policyQuery(id));
    return inForce === null ? null : queries.ensureQueryData(policyTextQuery(id, inForce.version));
  },
};
