import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function SessionsPage() {
  return (
    <>
      <PageHead title="Sessions" lead="Who is signed in, since when and from where." />
      <Panel>
        <EmptyState
          title="On the command line for now"
          text="The same is there in the terminal."
          command="holdfast session list"
        />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: SessionsPage };
