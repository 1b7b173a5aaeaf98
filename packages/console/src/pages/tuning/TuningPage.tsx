import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function TuningPage() {
  return (
    <>
      <PageHead title="Tuning inbox" lead="What attack rules found, one card for each place and rule." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast tune inbox" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: TuningPage };
