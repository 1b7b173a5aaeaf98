import type { SelfTestView } from '@holdfast/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { sayProblem } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { runSelfTest } from './calls.ts';

type Probe = SelfTestView['probes'][number];

const COLUMNS: readonly Column<Probe>[] = [
  { head: 'Probe', cell: ({ name }) => name },
  { head: 'Should be', cell: ({ expected }) => expected },
  { head: 'Was', cell: ({ actual, passed }) => <Badge tone={passed ? 'ok' : 'stop'}>{actual}</Badge> },
  {
    head: 'Request',
    cell: ({ requestId }) => (requestId === null ? '' : <LinkTo to={paths.request(requestId)}>{requestId}</LinkTo>),
  },
];

/** Harmless attacks and their innocent twins, sent through the gateway: what the mode claims is what happens. */
export function SelfTestPanel() {
  const queries = useQueryClient();
  const test = useMutation({ mutationFn: runSelfTest, onSuccess: async () => queries.invalidateQueries() });
  const button = (
    <span className="flex items-center gap-2">
      <CopyAsCli words={['test', 'attack']} />
      <Button look="main" isBusy={test.isPending} onClick={() => test.mutate()}>
        Run the self-test
      </Button>
    </span>
  );
  return (
    <Panel title="Self-test" isFlush action={button}>
      {test.error !== null && (
        <div className="px-4 pb-4">
          <Callout tone="stop" title={sayProblem(test.error).title}>
            {sayProblem(test.error).text}
          </Callout>
        </div>
      )}
      <DataTable
        caption="Probes of the self-test"
        rows={test.data?.probes ?? []}
        keyOf={({ name }) => name}
        columns={COLUMNS}
        empty={
          <EmptyState
            title="Does it stop what it says?"
            text="Harmless attacks and their innocent twins are sent through the gateway; the list shows what became of each."
          />
        }
      />
    </Panel>
  );
}
