import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function ServiceAccountsPage() {
  return (
    <>
      <PageHead title="Service accounts" lead="Programs that call the API, and what they may." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast token list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: ServiceAccountsPage };
