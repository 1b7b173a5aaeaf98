import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function PoliciesPage() {
  return (
    <>
      <PageHead title="Access policy" lead="Who may do what, on which route." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast status" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: PoliciesPage };
