import type { ActionView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { paths } from '../../../state/paths.ts';
import { sayImpact } from '../../../api/say-impact.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { RowButton } from '../../../ui/list/RowButton.tsx';
import { LinkTo } from '../../../ui/LinkTo.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { ACTION_STATE_TONES, ACTION_STATE_WORDS, ACTION_WORDS } from '../words.ts';
import { DecideDialog, type Decision } from './DecideDialog.tsx';

interface Asked {
  readonly action: ActionView;
  readonly decision: Decision;
}

/** Actions, each with whom it touches, who agreed, and the way back. */
export function ActionList({ actions }: { readonly actions: readonly ActionView[] }) {
  const [asked, ask] = useState<Asked | null>(null);
  return (
    <>
      <ul className="border-t border-line">
        {actions.map((action) => (
          <li key={action.id} className="border-b border-line px-4 py-3 last:border-b-0">
            <ActionLine action={action} onDecide={(decision) => ask({ action, decision })} />
          </li>
        ))}
      </ul>
      {asked !== null && <DecideDialog {...asked} onClose={() => ask(null)} />}
    </>
  );
}

function ActionLine({ action, onDecide }: { readonly action: ActionView; readonly onDecide: (decision: Decision) => void }) {
  const { state, plan, requestedBy, requestedAt, approvedBy, outcome, decideBy, run, expiresAt } = action;
  return (
    <div className="flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0 flex-1">
        <p>
          <Badge tone={ACTION_STATE_TONES[state]}>{ACTION_STATE_WORDS[state]}</Badge>{' '}
          <strong>{ACTION_WORDS[action.action]}</strong>
        </p>
        <p className="[overflow-wrap:anywhere]">{plan.summary}</p>
        <p className="text-soft">{sayImpact(plan)}</p>
        {outcome !== null && <p className="text-soft [overflow-wrap:anywhere]">{outcome}</p>}
        <p className="text-[0.8125rem] text-soft">
          <Who actor={requestedBy} />, <Time at={requestedAt} />
          {run !== null && (
            <>
              {', '}
              <LinkTo to={paths.run(run)}>playbook</LinkTo>
            </>
          )}
          {approvedBy.length > 0 && (
            <>
              , agreed:{' '}
              {approvedBy.map((who) => (
                <Who key={who} actor={who} />
              ))}
            </>
          )}
          {state === 'waiting' && decideBy !== null && (
            <>
              , {approvedBy.length} of {plan.approvals} agreed, until <Time at={decideBy} />
            </>
          )}
          {state === 'effective' && expiresAt !== null && (
            <>
              , ends <Time at={expiresAt} isRelative />
            </>
          )}
        </p>
      </div>
      <ActionButtons action={action} onDecide={onDecide} />
    </div>
  );
}

function ActionButtons({ action, onDecide }: { readonly action: ActionView; readonly onDecide: (decision: Decision) => void }) {
  const { may, me } = useMe();
  const { state, requestedBy, isUndoable } = action;
  const isOwn = requestedBy.endsWith(me.ref);
  return (
    <div className="flex flex-wrap gap-1">
      {state === 'waiting' && may('incident:approve') && !isOwn && (
        <>
          <RowButton onClick={() => onDecide('approve')}>Agree</RowButton>
          <RowButton onClick={() => onDecide('refuse')}>Refuse</RowButton>
        </>
      )}
      {isUndoable && may('incident:act') && <RowButton onClick={() => onDecide('undo')}>Undo</RowButton>}
      {state === 'undone' && may('incident:act') && <RowButton onClick={() => onDecide('redo')}>Do again</RowButton>}
    </div>
  );
}
