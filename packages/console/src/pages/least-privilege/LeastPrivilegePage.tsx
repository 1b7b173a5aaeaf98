import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function LeastPrivilegePage() {
  return (
    <>
      <PageHead title="Unused rights" lead="What is granted and was not used." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast user list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: LeastPrivilegePage };
