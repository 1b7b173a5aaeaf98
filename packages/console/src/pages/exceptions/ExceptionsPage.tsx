import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function ExceptionsPage() {
  return (
    <>
      <PageHead title="Exceptions" lead="Places where one rule does not count, each with a reason and an end." />
      <Panel>
        <EmptyState
          title="On the command line for now"
          text="The same is there in the terminal."
          command="holdfast exception list"
        />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: ExceptionsPage };
