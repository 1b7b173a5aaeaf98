import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function BansPage() {
  return (
    <>
      <PageHead title="Bans" lead="Addresses that get no answer from the applications." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast ban list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: BansPage };
