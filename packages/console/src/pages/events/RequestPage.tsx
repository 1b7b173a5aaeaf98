import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function RequestPage() {
  return (
    <>
      <PageHead title="Request" lead="Why a request was answered as it was." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast audit tail" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: RequestPage };
