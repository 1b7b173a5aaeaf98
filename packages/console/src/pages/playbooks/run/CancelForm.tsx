import type { RunDetail } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { Button } from '../../../ui/Button.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { CheckField } from '../../../ui/fields/CheckField.tsx';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { runPath } from '../calls.ts';

export function CancelForm({ run: { id, isSimulation } }: { readonly run: RunDetail }) {
  const [reason, setReason] = useState('');
  const [undo, setUndo] = useState(false);
  const cancel = useChange<RunDetail>({ name: `runs.cancel.${id}`, says: 'The run is stopped.', showsFaults: true });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        cancel.run({ method: 'POST', path: runPath(id, '/cancel'), body: { reason, undo } }, 'Stop the run');
      }}
    >
      <ReasonField value={reason} onChange={setReason} fault={faultOf(cancel.error, '/reason')} />
      {!isSimulation && (
        <CheckField
          label="Also undo what it did"
          hint="The newest first. What cannot be undone stays, and says so."
          isChecked={undo}
          onChange={setUndo}
        />
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="danger" type="submit" isBusy={cancel.isPending}>
          {undo ? 'Stop and undo' : 'Stop'}
        </Button>
        <CopyAsCli words={['playbook', 'cancel', id, ...(undo ? ['--undo'] : []), '--reason', reason]} />
      </div>
    </form>
  );
}
