import { useSuspenseQuery } from '@tanstack/react-query';
import { usePageParam, useSearchState } from '../../state/search.ts';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { applicationQuery } from './calls.ts';
import { Facts } from './Facts.tsx';
import { ModeControl } from './ModeControl.tsx';
import { ModeHistory } from './ModeHistory.tsx';
import { Routes } from './Routes.tsx';
import { RuleGroups } from './RuleGroups.tsx';
import { UploadRoutes } from './UploadRoutes.tsx';

function ApplicationPage() {
  const id = usePageParam('id');
  const { search, set } = useSearchState();
  const { data } = useSuspenseQuery(applicationQuery(id));
  return (
    <>
      <PageHead
        title={data.application.name}
        lead={<LinkTo to={paths.applications()}>All applications</LinkTo>}
        actions={<ModeControl view={data} />}
      />
      <Segments
        label="Parts"
        value={search['tab'] ?? 'overview'}
        onChange={(tab) => set({ tab: tab === 'overview' ? null : tab })}
        segments={[
          { name: 'overview', title: 'Overview', content: <Facts view={data} /> },
          { name: 'routes', title: 'Routes', content: <Routes id={id} /> },
          { name: 'files', title: 'Files', content: <UploadRoutes view={data} /> },
          { name: 'rules', title: 'Rules', content: <RuleGroups view={data} /> },
          { name: 'history', title: 'History', content: <ModeHistory id={id} /> },
        ]}
      />
    </>
  );
}

export const page: PageModule = {
  Component: ApplicationPage,
  prefetch: async ({ queries, params }) => queries.ensureQueryData(applicationQuery(params['id'] ?? '')),
};
