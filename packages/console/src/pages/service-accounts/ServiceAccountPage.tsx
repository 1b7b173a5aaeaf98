import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function ServiceAccountPage() {
  return (
    <>
      <PageHead title="Service account" lead="One program: its keys and what it used." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast token list" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: ServiceAccountPage };
