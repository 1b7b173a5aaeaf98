import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { PageModule } from '../page.ts';

function SettingsPage() {
  return (
    <>
      <PageHead title="Settings" lead="How this Holdfast runs, and how this console looks." />
      <Panel>
        <EmptyState
          title="On the command line for now"
          text="The same is there in the terminal."
          command="holdfast config show"
        />
      </Panel>
    </>
  );
}

export const page: PageModule = { Component: SettingsPage };
