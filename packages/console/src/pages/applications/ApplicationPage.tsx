import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function ApplicationPage() {
  return (
    <>
      <PageHead title="Application" lead="One application and its routes." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast app list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: ApplicationPage };
