import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function AuditPage() {
  return (
    <>
      <PageHead title="Audit ledger" lead="What happened, in a form that can be checked." />
      <Panel>
        <EmptyState
          title="On the command line for now"
          text="The same is there in the terminal."
          command="holdfast audit verify"
        />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: AuditPage };
