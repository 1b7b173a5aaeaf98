import type { ActionView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../../api/use-change.ts';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { actionPath } from '../calls.ts';
import { ACTION_WORDS } from '../words.ts';

export type Decision = 'approve' | 'refuse' | 'undo' | 'redo';
const TITLES: Readonly<Record<Decision, string>> = {
  approve: 'Agree to it',
  refuse: 'Refuse it',
  undo: 'Undo it',
  redo: 'Do it again',
};
const SAID: Readonly<Record<Decision, string>> = {
  approve: 'You agreed.',
  refuse: 'Refused.',
  undo: 'Undone.',
  redo: 'Asked for again.',
};

interface DecideDialogProps {
  readonly action: ActionView;
  readonly decision: Decision;
  readonly onClose: () => void;
}

export function DecideDialog({ action, decision, onClose }: DecideDialogProps) {
  const [reason, setReason] = useState('');
  const decide = useChange<ActionView>({ name: `incidents.${decision}`, says: SAID[decision], onDone: onClose });
  const { id, revision, plan } = action;
  const change = { method: 'POST', path: actionPath(id, `/${decision}`), body: { reason }, revision } as const;
  return (
    <FormDialog
      title={`${TITLES[decision]}: ${ACTION_WORDS[action.action]}`}
      button={TITLES[decision].replace(' it', '').replace(' to', '')}
      command={['action', decision, id, '--reason', reason]}
      isDanger={decision === 'refuse'}
      isBusy={decide.isPending}
      onSubmit={() => decide.run(change, TITLES[decision])}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">{plan.summary}</p>
      {plan.why.map((why) => (
        <p key={why} className="text-soft">
          {why}
        </p>
      ))}
      {decision === 'undo' && plan.undo !== null && <p className="text-soft">{plan.undo}</p>}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
