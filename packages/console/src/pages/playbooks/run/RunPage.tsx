import type { RunDetail, RunStep } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useMe } from '../../../api/queries.ts';
import { paths } from '../../../state/paths.ts';
import { usePageParam, useSearchState } from '../../../state/search.ts';
import { Callout } from '../../../ui/Callout.tsx';
import { LinkTo } from '../../../ui/LinkTo.tsx';
import { PageHead } from '../../../ui/PageHead.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import type { PageModule } from '../../page.ts';
import { isLive, runQuery } from '../calls.ts';
import { FlowView } from '../flow/FlowView.tsx';
import { STEP_MARKS, STEP_STATE_WORDS } from '../words.ts';
import { CancelForm } from './CancelForm.tsx';
import { DoneList } from './DoneList.tsx';
import { RunFacts } from './RunFacts.tsx';
import { WaitingPanel } from './WaitingPanel.tsx';

function RunPage() {
  const { data: run } = useSuspenseQuery(runQuery(usePageParam('id')));
  const { may } = useMe();
  const waiting = run.steps.filter(({ state }) => state === 'waiting');
  return (
    <>
      <PageHead title={run.name} lead={<LinkTo to={paths.playbook(run.playbook)}>The playbook as it is now</LinkTo>} />
      {run.isSimulation && (
        <div className="mb-4">
          <Callout tone="note" title="A simulation">
            Nothing was done: each step says what it would have done.
          </Callout>
        </div>
      )}
      <div className="flex flex-col gap-5">
        {waiting.map((step) => (
          <WaitingPanel key={step.id} run={run} step={step} />
        ))}
        <Drawn run={run} />
        <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
          <Panel title="What happened" isFlush>
            <DoneList run={run} />
          </Panel>
          <div className="flex min-w-0 flex-col gap-5">
            {isLive(run) && may('playbook:run') && (
              <Panel title="Stop it">
                <CancelForm run={run} />
              </Panel>
            )}
            <RunFacts run={run} />
          </div>
        </div>
      </div>
    </>
  );
}

/** Of each step its newest round. */
const newestOf = (steps: readonly RunStep[]): ReadonlyMap<string, RunStep> => {
  const newest = new Map<string, RunStep>();
  for (const step of steps) if ((newest.get(step.step)?.round ?? 0) <= step.round) newest.set(step.step, step);
  return newest;
};

/** The flow of the text that it runs, with the state of each step. */
function Drawn({ run }: { readonly run: RunDetail }) {
  const { search, set } = useSearchState();
  const newest = useMemo(() => newestOf(run.steps), [run.steps]);
  const marks = useMemo(() => new Map([...newest].map(([id, { state }]) => [id, STEP_MARKS[state]])), [newest]);
  if (run.flow.length === 0)
    return <Callout tone="watch">Its text was written for another release, and is not drawn here.</Callout>;
  const stateOf = (id: string): string | null => {
    const step = newest.get(id);
    if (step === undefined) return null;
    return step.round > 1 ? `${STEP_STATE_WORDS[step.state]}, round ${step.round}` : STEP_STATE_WORDS[step.state];
  };
  return (
    <FlowView
      title="Flow"
      steps={run.flow}
      selected={search['step'] ?? null}
      onSelect={(step) => set({ step })}
      marks={marks}
      stateOf={stateOf}
    />
  );
}

export const page: PageModule = {
  Component: RunPage,
  prefetch: async ({ queries, params: { id = '' } }) => queries.ensureQueryData(runQuery(id)),
};
