import type { PlaybookDetail } from '@holdfast/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { playbookPath } from './calls.ts';

const REASON_CHARS_MIN = 3;

/** Switches a playbook, and takes one away; both can be taken back. */
export function PlaybookActions({ playbook }: { readonly playbook: PlaybookDetail }) {
  const { id, name, isOn, revision } = playbook;
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const isSaid = reason.trim().length >= REASON_CHARS_MIN;
  const turn = useChange<PlaybookDetail>({
    name: `playbooks.switch.${id}`,
    says: (now) => (now.isOn ? `${name} is on.` : `${name} is off: it starts no more.`),
    undo: () => ({ method: 'PATCH', path: playbookPath(id), body: { isOn, reason: 'undone in the console' } }),
    showsFaults: true,
    onDone: () => setReason(''),
  });
  const remove = useChange<null>({
    name: `playbooks.remove.${id}`,
    says: `${name} is removed.`,
    undo: () => ({ method: 'POST', path: playbookPath(id, '/restore') }),
    onDone: () => void navigate({ to: paths.playbooks() }),
  });
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Reason"
        hint="Needed to switch it. Kept in the ledger."
        value={reason}
        onChange={setReason}
        maxLength={500}
        fault={faultOf(turn.error, '/reason')}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look={isOn ? 'plain' : 'main'}
          isBusy={turn.isPending}
          disabled={!isSaid}
          onClick={() =>
            turn.run(
              { method: 'PATCH', path: playbookPath(id), body: { isOn: !isOn, reason }, revision },
              `${isOn ? 'Switch off' : 'Switch on'} ${name}`,
            )
          }
        >
          {isOn ? 'Switch off' : 'Switch on'}
        </Button>
        <Button
          look="danger"
          isBusy={remove.isPending}
          onClick={() => remove.run({ method: 'DELETE', path: playbookPath(id), revision }, `Remove ${name}`)}
        >
          Remove
        </Button>
        <CopyAsCli words={['playbook', isOn ? 'off' : 'on', id, '--reason', reason]} />
      </div>
    </div>
  );
}
