import type { AdviceApplied, AdviceApply, AdviceProposal, AdviceView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCount, formatCountOf } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { Diff } from './Diff.tsx';

/** Each can be taken alone; what is young may only not have come up yet, so it is not chosen at first. */
export function ProposalsPanel({ advice }: { readonly advice: AdviceView }) {
  const { may } = useMe();
  const { proposals, replay, days } = advice;
  const [chosen, choose] = useState<readonly string[]>(() => proposals.flatMap(({ id, young }) => (young ? [] : [id])));
  const apply = useChange<AdviceApplied>({
    name: 'advice.apply',
    says: ({ batch }) => `${formatCountOf(batch.items.length, 'change')} made.`,
    undo: () => ({ method: 'POST', path: '/advice/rollback' }),
  });
  const ids = proposals.map(({ id }) => id).filter((id) => chosen.includes(id));
  const body: AdviceApply = { days, ids };
  if (proposals.length === 0)
    return (
      <Panel title="Proposed">
        <EmptyState title="Nothing to take away" text="Everybody used what they may, or nothing has been counted long enough." />
      </Panel>
    );
  return (
    <Panel title="Proposed">
      <p className="mb-3 text-soft">
        Tried on {formatCount(replay.decisions)} decisions of {days} days: {formatCount(replay.changed)} of{' '}
        {formatCount(replay.allowed)} that were allowed would be refused.
      </p>
      <ul className="flex flex-col gap-4">
        {proposals.map((proposal) => (
          <ProposalItem
            key={proposal.id}
            proposal={proposal}
            isChosen={chosen.includes(proposal.id)}
            onChoose={(isOn) => choose(isOn ? [...chosen, proposal.id] : chosen.filter((id) => id !== proposal.id))}
          />
        ))}
      </ul>
      {may('policy:write') && (
        <div className="mt-5 flex flex-wrap items-center gap-2">
          <Button
            look="main"
            disabled={ids.length === 0}
            isBusy={apply.isPending}
            onClick={() =>
              apply.run({ method: 'POST', path: '/advice/apply', body }, `Take away ${formatCountOf(ids.length, 'right')}`)
            }
          >
            Take away what is chosen
          </Button>
          <CopyAsCli words={['advise', '--days', String(days), '--apply', ...ids]} />
        </div>
      )}
    </Panel>
  );
}

interface ProposalItemProps {
  readonly proposal: AdviceProposal;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

const WHAT: Readonly<Record<AdviceProposal['kind'], string>> = { token: 'Token', role: 'Role of', policy: 'Policy' };

function ProposalItem({ proposal, isChosen, onChoose }: ProposalItemProps) {
  const { kind, name, young } = proposal;
  return (
    <li>
      <div className="flex flex-wrap items-center gap-2">
        <CheckField label={`${WHAT[kind]} ${name}`} isChecked={isChosen} onChange={onChoose} />
        {young && <Badge tone="watch">counted for less time than that</Badge>}
      </div>
      <Diff proposal={proposal} />
    </li>
  );
}
