import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function OverviewPage() {
  return (
    <>
      <PageHead title="Overview" lead="Whether everything is protected, and what needs a person." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast status" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: OverviewPage };
