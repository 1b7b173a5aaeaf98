import { useSuspenseQuery } from '@tanstack/react-query';
import { usePageParam } from '../../state/search.ts';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';
import { explanationQuery } from './calls.ts';
import { Explain } from './Explain.tsx';
import { RequestActions } from './RequestActions.tsx';

function RequestPage() {
  const requestId = usePageParam('requestId');
  const { data } = useSuspenseQuery(explanationQuery(requestId));
  return (
    <>
      <PageHead
        title={`Request ${requestId}`}
        lead={<LinkTo to={paths.events()}>All events</LinkTo>}
        actions={<RequestActions explanation={data} />}
      />
      <Panel title="Why it was answered so" className="max-w-4xl">
        <Explain explanation={data} />
      </Panel>
    </>
  );
}

export const page: PageModule = {
  Component: RequestPage,
  prefetch: async ({ queries, params }) => queries.ensureQueryData(explanationQuery(params['requestId'] ?? '')),
};
