import { useState } from 'react';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import type { useAllow } from './use-ban-changes.ts';

interface AllowDialogProps {
  readonly change: ReturnType<typeof useAllow>;
  readonly onClose: () => void;
}

export function AllowDialog({ change: { run, isPending, error }, onClose }: AllowDialogProps) {
  const [prefix, setPrefix] = useState('');
  const [reason, setReason] = useState('');
  const body = { prefix: prefix.trim(), reason };
  return (
    <Dialog title="Always allow an address" onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          run({ method: 'POST', path: '/allows', body }, `Always allow ${body.prefix}`);
        }}
      >
        <TextField
          label="Address or network"
          hint="No ban and no limit holds for it; attack rules still do."
          value={prefix}
          onChange={setPrefix}
          fault={faultOf(error, '/prefix')}
          required
          maxLength={64}
        />
        <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason')} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <CopyAsCli words={['ban', 'allow', 'add', body.prefix, '--reason', reason]} />
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" isBusy={isPending}>
            Always allow
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
