import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function ApplicationsPage() {
  return (
    <>
      <PageHead title="Applications" lead="What stands behind the gateway." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast app list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: ApplicationsPage };
