import { paths } from '../state/paths.ts';
import { EmptyState } from '../ui/list/EmptyState.tsx';
import { LinkTo } from '../ui/LinkTo.tsx';
import { PageHead } from '../ui/PageHead.tsx';
import { Panel } from '../ui/Panel.tsx';

export function NotFound() {
  return (
    <>
      <PageHead title="No such page" />
      <Panel>
        <EmptyState
          title="This address leads nowhere"
          text="It may be of another version of the console."
          action={<LinkTo to={paths.overview()}>To the overview</LinkTo>}
        />
      </Panel>
    </>
  );
}
