import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { spanOf, trafficQuery } from '../../api/traffic.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';
import { overviewQuery } from './calls.ts';
import { Answering } from './Answering.tsx';
import { CutOff } from './CutOff.tsx';
import { Happening } from './Happening.tsx';
import { Sources } from './Sources.tsx';
import { Today } from './Today.tsx';
import { Todos } from './Todos.tsx';
import { Top } from './Top.tsx';
import { Traffic } from './Traffic.tsx';
import { Verdict } from './Verdict.tsx';
import { Watched } from './Watched.tsx';

function OverviewPage() {
  const { data } = useSuspenseQuery(overviewQuery);
  const { may } = useMe();
  return (
    <>
      <PageHead title="Overview" />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Verdict overview={data} />
          <Today overview={data} />
          <Traffic />
          {may('alert:read') && <Sources />}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <CutOff />
          <Panel title="To do" isFlush>
            <Todos overview={data} />
          </Panel>
          {may('incident:read') && <Answering />}
          {may('alert:read') && <Watched />}
          {may('event:read') && <Happening />}
          <Top />
        </div>
      </div>
    </>
  );
}

export const page: PageModule = {
  Component: OverviewPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(overviewQuery), queries.ensureQueryData(trafficQuery(spanOf(search['span'])))]),
};
