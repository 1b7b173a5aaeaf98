import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function MfaPage() {
  return (
    <>
      <PageHead title="MFA adoption" lead="Who has a second factor, and who does not yet." />
      <Panel>
        <EmptyState title="On the command line for now" text="The same is there in the terminal." command="holdfast mfa status" />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: MfaPage };
