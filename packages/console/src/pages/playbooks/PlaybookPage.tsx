import type { PlaybookDetail } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { usePageParam, useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { playbookQuery, runsQuery } from './calls.ts';
import { DocumentEditor } from './edit/DocumentEditor.tsx';
import { FlowView } from './flow/FlowView.tsx';
import { VariableTable } from './flow/VariableTable.tsx';
import { PlaybookFacts } from './PlaybookFacts.tsx';
import { RunList } from './run/RunList.tsx';
import { StartDialog } from './run/StartDialog.tsx';
import { TriggerEditor } from './triggers/TriggerEditor.tsx';

function PlaybookPage() {
  const { data } = useSuspenseQuery(playbookQuery(usePageParam('id')));
  const { search, set } = useSearchState();
  const { may } = useMe();
  const { start } = search;
  return (
    <>
      <PageHead
        title={data.name}
        lead={data.description === '' ? undefined : data.description}
        actions={
          may('playbook:run') && (
            <>
              <Button onClick={() => set({ start: 'simulate' })}>Simulate</Button>
              <Button look="main" disabled={!data.isOn} onClick={() => set({ start: 'run' })}>
                Start
              </Button>
            </>
          )
        }
      />
      {!data.isOn && (
        <div className="mb-4">
          <Callout tone="watch" title="It is off">
            It starts neither by itself nor by hand; it can be simulated.
          </Callout>
        </div>
      )}
      <Parts playbook={data} />
      {(start === 'run' || start === 'simulate') && may('playbook:run') && (
        <StartDialog key={start} playbook={data} isSimulation={start === 'simulate'} onClose={() => set({ start: null })} />
      )}
    </>
  );
}

function Parts({ playbook }: { readonly playbook: PlaybookDetail }) {
  const navigate = useNavigate();
  const { search, set } = useSearchState();
  const tab = search['tab'] ?? 'flow';
  const select = (step: string): void => set({ step });
  const flow = tab === 'flow' && (
    <div className="flex flex-col gap-5">
      <FlowView title="Flow" steps={playbook.flow} selected={search['step'] ?? playbook.start} onSelect={select} />
      <Panel title="Variables" isFlush>
        <VariableTable variables={playbook.variables} />
      </Panel>
    </div>
  );
  const settings = tab === 'settings' && (
    <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
      <TriggerEditor key={playbook.revision} playbook={playbook} />
      <PlaybookFacts playbook={playbook} />
    </div>
  );
  const document = tab === 'document' && (
    <DocumentEditor
      key={playbook.digest}
      title="Document"
      kept={JSON.stringify(playbook.document, null, 2)}
      of={playbook}
      onKept={({ id }) => void navigate({ to: paths.playbook(id) })}
    />
  );
  return (
    <Segments
      label="Parts of the playbook"
      value={tab}
      onChange={(next) => set({ tab: next === 'flow' ? null : next, cursor: null })}
      segments={[
        { name: 'flow', title: 'Flow', content: flow },
        { name: 'settings', title: 'State and triggers', content: settings },
        { name: 'document', title: 'Document', content: document },
        { name: 'runs', title: 'Runs', content: tab === 'runs' && <RunList playbook={playbook.id} /> },
      ]}
    />
  );
}

export const page: PageModule = {
  Component: PlaybookPage,
  prefetch: async ({ queries, search, params: { id = '' } }) =>
    Promise.all([
      queries.ensureQueryData(playbookQuery(id)),
      search['tab'] === 'runs' ? queries.ensureQueryData(runsQuery({ ...search, playbook: id })) : null,
    ]),
};
