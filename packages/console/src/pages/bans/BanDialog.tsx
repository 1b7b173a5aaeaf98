import type { BanInput } from '@holdfast/contract';
import { useState } from 'react';
import { faultOf } from '../../api/words.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import type { useBan } from './use-ban-changes.ts';

const TIMES = [
  { value: '1h', label: 'One hour', seconds: 3600 },
  { value: '1d', label: 'One day', seconds: 86_400 },
  { value: '7d', label: 'One week', seconds: 604_800 },
  { value: '30d', label: 'Thirty days', seconds: 2_592_000 },
  { value: 'ever', label: 'Until somebody lifts it', seconds: null },
] as const;

interface BanDialogProps {
  readonly change: ReturnType<typeof useBan>;
  readonly onClose: () => void;
}

export function BanDialog({ change: { run, isPending, error }, onClose }: BanDialogProps) {
  const [prefix, setPrefix] = useState('');
  const [reason, setReason] = useState('');
  const [time, setTime] = useState('1h');
  const forSeconds = TIMES.find(({ value }) => value === time)?.seconds ?? null;
  const body: BanInput = { prefix: prefix.trim(), reason, forSeconds };
  const span = time === 'ever' ? ['--forever'] : ['--for', time];
  return (
    <FormDialog
      title="Ban an address"
      button="Ban"
      command={['ban', 'add', prefix.trim(), ...span, '--reason', reason]}
      isBusy={isPending}
      onSubmit={() => run({ method: 'POST', path: '/bans', body }, `Ban ${body.prefix}`)}
      onClose={onClose}
    >
      <TextField
        label="Address or network"
        hint="203.0.113.7, 203.0.113.0/24 or 2001:db8::/48"
        value={prefix}
        onChange={setPrefix}
        fault={faultOf(error, '/prefix')}
        required
        maxLength={64}
      />
      <SelectField label="For how long" value={time} onChange={setTime} choices={TIMES} />
      <ReasonField
        value={reason}
        onChange={setReason}
        fault={faultOf(error, '/reason')}
        hint="Kept in the ledger; the visitor never sees it."
      />
    </FormDialog>
  );
}
