import { useState } from 'react';
import { faultOf } from '../../api/words.ts';
import { TextField } from '../../ui/fields/TextField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
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
    <FormDialog
      title="Always allow an address"
      button="Always allow"
      command={['ban', 'allow', 'add', body.prefix, '--reason', reason]}
      isBusy={isPending}
      onSubmit={() => run({ method: 'POST', path: '/allows', body }, `Always allow ${body.prefix}`)}
      onClose={onClose}
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
    </FormDialog>
  );
}
